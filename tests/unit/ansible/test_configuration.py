# SPDX-License-Identifier: GPL-3.0-or-later
"""A broken configuration of Ansible is one error, with the file and line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from vigo_bridge.ansible.configuration import check_configuration, check_configuration_file
from vigo_bridge.cli.program import program
from vigo_bridge.failures import Refusal

#: the content of ansible.cfg -> the message, after the name of the file
TEXTS: dict[bytes, str] = {
    b"[defaults]\ngarbage\n": ":2: expected KEY = VALUE",
    b"[defaults]\nforks = 3\n\n= 3\n": ":4: expected KEY = VALUE",
    b"forks = 3\n": ":1: expected a section such as [defaults]",
    b"\n\xff\xfe\n": ":2: expected a section",
    b"[defaults\nforks = 3\n": ":1: expected a section",
    b"[defaults]\nforks = 3\nforks = 4\n": ":3: duplicate key 'forks' in [defaults]",
    b"[defaults]\n[ssh_connection]\n[defaults]\n": ":3: duplicate section [defaults]",
    b"\xef\xbb\xbf[defaults]\n": ":1: expected UTF-8 text without a byte order mark",
    "[defaults]\n".encode("utf-16"): ":1: expected UTF-8 text",
    "[defaults]\n".encode("utf-16-le"): ":1: expected UTF-8 text",
    b"#" * (1 << 20) + b"\n": ": Ansible's configuration cannot be read: it is larger than 1 MiB",
}
#: the content of ansible.cfg -> the message about a value
VALUES = {
    "[defaults]\nforks = abc\n": ":2: invalid value for forks: expected an integer",
    "[defaults]\nforks = 1.5\n": ":2: invalid value for forks: expected an integer",
    "[defaults]\nforks =\n": ":2: invalid value for forks: expected an integer",
    "[other]\nforks = x\n[defaults]\n\nFORKS: x\n": ":5: invalid value for forks",
    "[defaults]\ncollections_on_ansible_version_mismatch = x\n": (
        ":2: invalid value for collections_on_ansible_version_mismatch: expected one of error,"
    ),
}
#: what is right, and what Ansible accepts
GOOD = [
    b"",
    b"[defaults]\n",
    b"# caf\xe9\n[defaults]\nforks = 3 ; few\n",
    b"[defaults]\r\nforks: 3\r\n[own]\nx = %(y)s\n",
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, which is also the home folder, and empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in [name for name in os.environ if name.startswith("ANSIBLE_")]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.mark.parametrize(("text", "message"), TEXTS.items())
def test_a_file_that_cannot_be_read(text: bytes, message: str, folder: Path) -> None:
    (folder / "ansible.cfg").write_bytes(text)
    with pytest.raises(Refusal) as refused:
        check_configuration_file()
    assert str(refused.value).startswith(f"{folder}/ansible.cfg{message}")


@pytest.mark.parametrize(("text", "message"), VALUES.items())
def test_a_value_that_is_not_of_the_type(text: str, message: str, folder: Path) -> None:
    (folder / "ansible.cfg").write_text(text)
    check_configuration_file()
    with pytest.raises(Refusal) as refused:
        check_configuration()
    assert str(refused.value).startswith(f"{folder}/ansible.cfg{message}")


def test_a_variable_that_is_not_of_the_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_FORKS", "abc")
    with pytest.raises(Refusal) as refused:
        check_configuration()
    assert str(refused.value) == "ANSIBLE_FORKS: invalid value 'abc': expected an integer"


@pytest.mark.parametrize("text", GOOD)
def test_a_file_that_is_right(text: bytes, folder: Path) -> None:
    (folder / "ansible.cfg").write_bytes(text)
    check_configuration()


def test_no_file() -> None:
    check_configuration()


@pytest.mark.parametrize("kind", ["a folder", "a FIFO", "a device"])
def test_what_is_not_a_file(kind: str, folder: Path) -> None:
    path = folder / "ansible.cfg"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a FIFO":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with pytest.raises(Refusal, match=f"it is {kind}, not a regular file"):
        check_configuration_file()


def test_only_the_file_that_ansible_uses_counts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "ansible.cfg").write_text("garbage")
    (folder / "own.cfg").write_text("[defaults]\n")
    monkeypatch.setenv("ANSIBLE_CONFIG", "own.cfg")
    check_configuration()
    monkeypatch.setenv("ANSIBLE_CONFIG", "missing.cfg")
    with pytest.raises(Refusal, match=r"ansible\.cfg:1"):
        check_configuration_file()
    folder.chmod(0o777)  # Ansible ignores what anyone could have put there.
    check_configuration_file()
    (folder / "own").mkdir()
    (folder / "own" / "ansible.cfg").write_text("garbage")
    monkeypatch.setenv("ANSIBLE_CONFIG", str(folder / "own"))
    with pytest.raises(Refusal, match=r"own/ansible\.cfg:1"):
        check_configuration_file()


WRONG_VALUE = "[defaults]\ninventory = web1,\nforks = x\n"
#: arguments, the content of ansible.cfg
COMMANDS = [
    ("plan --local", "garbage"),
    ("plan --local", WRONG_VALUE),
    ("run -i web1,", "garbage"),
    ("run -i web1,", WRONG_VALUE),
    ("envoys list", "garbage"),
    ("envoys list", WRONG_VALUE),
    ("envoys push --all -i web1,", "garbage"),
    ("task run --target * --local true", "garbage"),
    ("secrets set a/b", "garbage"),
]


@pytest.mark.parametrize(("command", "text"), COMMANDS)
def test_commands(command: str, text: str, folder: Path) -> None:
    crates = folder / "stacks" / "configcrates"
    crates.mkdir(parents=True)
    (folder / "stacks" / "stack.vgo").write_text("name: shop\nid: abcdefgh\n")
    (folder / "stacks" / "envoys.vgo").write_text('match: "*"\nconfigcrates: [site]\n')
    (crates / "site.vgo").write_text(
        "name: site\nresources:\n  - {name: t, type: exec, command: 'true'}\n"
    )
    (folder / "ansible.cfg").write_text(text)
    finished = CliRunner().invoke(program, command.split(), input="value\n")
    assert finished.exit_code == 1, finished.output
    assert f"Error: {folder}/ansible.cfg:" in finished.output
    assert "Nothing was changed." in finished.output
    assert "Traceback" not in finished.output
