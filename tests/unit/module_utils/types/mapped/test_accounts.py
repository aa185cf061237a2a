# SPDX-License-Identifier: GPL-3.0-or-later
"""Passwords, keys and members: what is compared and done after the modules of Ansible."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host import process, sha512_crypt
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.host.process import Finished
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.mapped import (
    authorized_keys,
    members,
    password,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.mapped.authorized_keys import (
    AuthorizedKeys,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.mapped.members import Members
from ansible_collections.vigo.bridge.plugins.module_utils.types.mapped.password import Password
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

TARGET = Target(False, Secrets({}, []))
HASHED = sha512_crypt.new_hash(b"right")


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[str, ...], bytes]]:
    """Return the commands that are run, with their input."""
    found: list[tuple[tuple[str, ...], bytes]] = []

    def run(command: tuple[str, ...], *, stdin: bytes = b"", **_: Any) -> Any:
        found.append((command, stdin))
        return Finished(1 if b"refused" in stdin else 0, "why")

    monkeypatch.setattr(process, "run", run)
    return found


@pytest.mark.parametrize(
    ("stored", "given", "is_changed"),
    [
        (HASHED, "right", False),
        (f"!{HASHED}", "right", False),
        (HASHED, "wrong", True),
        ("!", "right", True),
        (f"X{HASHED}", "right", True),
        ("*", "right", True),
        ("", "right", True),
        ("$y$j9T$abc$def", "right", True),
    ],
)
def test_a_password_is_compared(
    stored: str, given: str, is_changed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shadow = tmp_path / "shadow"
    shadow.write_text(f"deploy2:x:1:::::\ndeploy:{stored}:19000:0:99999:7:::\n")
    monkeypatch.setattr(password, "_SHADOW", str(shadow))
    assert (Password("deploy", given).look(TARGET) is not None) == is_changed
    assert Password("none", given).look(TARGET) is not None


@pytest.mark.parametrize(("stored", "lock"), [("!", ""), (f"!{HASHED}", "!"), ("*", ""), ("", "")])
def test_a_password_is_no_argument(
    stored: str,
    lock: str,
    ran: list[tuple[tuple[str, ...], bytes]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "shadow").write_text(f"deploy:{stored}:19000\n")
    monkeypatch.setattr(password, "_SHADOW", str(tmp_path / "shadow"))
    Password("deploy", "new").apply(TARGET)
    ((command, stdin),) = ran
    assert command == ("chpasswd", "-e")
    user, _colon, hashed = stdin.decode().rstrip("\n").partition(":")
    assert user == "deploy"
    assert hashed.startswith(f"{lock}$6$")
    assert sha512_crypt.matches(b"new", hashed.lstrip("!"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "password is empty; set one"),
        ("a\nroot:x", "password contains a line break or another control character; remove it"),
        ("a\0", "password contains a line break or another control character; remove it"),
        ("ü" * 257, "password has more than 512 bytes; use a shorter one"),
    ],
)
def test_passwords_that_nobody_can_use(
    given: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shadow").write_text("")
    monkeypatch.setattr(password, "_SHADOW", str(tmp_path / "shadow"))
    with pytest.raises(ResourceError) as raised:
        Password("deploy", given).look(TARGET)
    assert raised.value.message == message


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home folder of a user with this process's numbers."""
    folder = tmp_path / "home"
    account = pwd.struct_passwd(("deploy", "x", os.getuid(), os.getgid(), "", str(folder), ""))
    monkeypatch.setattr(authorized_keys, "_account_of", lambda _user: account)
    folder.mkdir()
    return folder


def test_keys_are_written_once(home: Path) -> None:
    keys = AuthorizedKeys("deploy", "one\ntwo\n", True)
    change = keys.look(TARGET)
    assert change
    assert change.diff
    assert change.diff["after"] == "one\ntwo\n"
    keys.apply(TARGET)
    assert keys.look(TARGET) is None
    path = home / ".ssh/authorized_keys"
    assert path.read_text() == "one\ntwo\n"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert [one.name for one in path.parent.iterdir()] == ["authorized_keys"]


def link(path: Path) -> None:
    path.rename(path.with_name("x"))
    path.symlink_to("x")


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "disturb",
    [
        lambda path: path.write_text("other\n"),
        lambda path: path.write_text(""),
        lambda path: path.unlink(),
        lambda path: path.chmod(0o666),
        link,
        fifo,
        lambda path: os.link(path, path.with_name("x")),
    ],
)
def test_what_is_in_place_of_the_keys_is_replaced(home: Path, disturb: Any) -> None:
    keys = AuthorizedKeys("deploy", "one\n", True)
    keys.apply(TARGET)
    path = home / ".ssh/authorized_keys"
    disturb(path)
    assert keys.look(TARGET) is not None
    keys.apply(TARGET)
    assert keys.look(TARGET) is None
    assert path.read_text() == "one\n"


def test_a_link_in_place_of_the_folder_is_not_followed(home: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (home / ".ssh").symlink_to(tmp_path / "elsewhere")
    keys = AuthorizedKeys("deploy", "one\n", True)
    for step in (keys.look, keys.apply):
        with pytest.raises(ResourceError, match="symbolic link, which is not followed"):
            step(TARGET)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_other_peoples_files_are_not_shown(home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("precious")
    (home / ".ssh").mkdir()
    os.link(tmp_path / "secret", home / ".ssh/authorized_keys")
    change = AuthorizedKeys("deploy", "one\n", True).look(TARGET)
    assert "precious" not in str(change)


def test_a_home_folder_that_is_missing(home: Path) -> None:
    home.rmdir()
    with pytest.raises(ResourceError, match="set manage_home: true, or create it first"):
        AuthorizedKeys("deploy", "one\n", False).look(TARGET)
    assert AuthorizedKeys("deploy", "one\n", True).look(Target(True, Secrets({}, [])))


@pytest.fixture
def group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `staff` a group of a and b, and a, b and c users."""
    staff = grp.struct_group(("staff", "x", 50, ["b", "a"]))
    monkeypatch.setattr(grp, "getgrnam", {"staff": staff}.__getitem__)
    monkeypatch.setattr(members, "user_number", {"a": 1, "b": 2, "c": 3}.get)


@pytest.mark.parametrize(
    ("wanted", "with_gpasswd", "commands"),
    [
        (("a", "b"), True, []),
        (("b", "a", "a"), True, []),
        (("a",), True, [("gpasswd", "-M", "a", "staff")]),
        ((), True, [("gpasswd", "-M", "", "staff")]),
        (("c", "a"), True, [("gpasswd", "-M", "a,c", "staff")]),
        (("c", "a"), False, [("delgroup", "b", "staff"), ("addgroup", "c", "staff")]),
    ],
)
def test_members_are_exact(
    group: None,
    wanted: tuple[str, ...],
    with_gpasswd: bool,
    commands: list[tuple[str, ...]],
    ran: list[tuple[tuple[str, ...], bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {"gpasswd": "/usr/bin/gpasswd"} if with_gpasswd else {}
    monkeypatch.setattr(shutil, "which", found.get)
    part = Members("staff", wanted)
    assert (part.look(TARGET) is not None) == bool(commands)
    if commands:
        part.apply(TARGET)
    assert [command for command, _stdin in ran] == commands


def test_members_must_be_users(group: None) -> None:
    with pytest.raises(ResourceError, match="members: users x, y do not exist"):
        Members("staff", ("x", "a", "y")).look(TARGET)
    later = Target(True, Secrets({}, []))
    later.overlay = Overlay.all_unknown()
    assert Members("new", ("x",)).look(later)
