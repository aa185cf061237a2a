# SPDX-License-Identifier: GPL-3.0-or-later
"""What was at a path before a change is kept, and comes back as it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.host import temporary_files
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Decision
from ansible_collections.vigo.bridge.plugins.module_utils.types.file import former, selinux

Make = Callable[[Path], Any]


def file(text: str = "old\n", mode: int = 0o640) -> Make:
    def make(path: Path) -> None:
        path.write_text(text)
        path.chmod(mode)

    return make


def link(target: str) -> Make:
    return lambda path: path.symlink_to(target)


def nothing(path: Path) -> None:
    """Leave the path as it is: without anything."""


#: What can be at a path.
THINGS: dict[str, Make] = {
    "nothing": nothing,
    "a file": file(),
    "another text": file("new\n"),
    "another mode": file(mode=0o4755),
    "an empty file": file(""),
    "bytes": lambda path: path.write_bytes(b"\xff\0"),
    "a link": link("elsewhere"),
    "another link": link("/no/such"),
}


def seen(path: Path) -> Any:
    """Return what is at a path, to compare."""
    if path.is_symlink():
        return str(path.readlink())
    return (path.read_bytes(), path.stat().st_mode) if path.exists() else None


@pytest.mark.parametrize("then", THINGS)
@pytest.mark.parametrize("before", THINGS)
def test_it_comes_back(before: str, then: str, tmp_path: Path) -> None:
    path = tmp_path / "conf"
    THINGS[before](path)
    kept, wanted = former.state_of(str(path)), seen(path)
    assert kept is not None
    path.unlink(missing_ok=True)
    THINGS[then](path)
    action = "none" if before == then else "deleted" if before == "nothing" else "updated"
    reason = {
        "none": "it is already in its former state",
        "deleted": "it did not exist",
        "updated": "the former state was restored",
    }[action]
    assert former.restore(kept) == Decision(action, reason)
    assert seen(path) == wanted
    assert former.restore(kept) == Decision("none", "it is already in its former state")
    assert list(tmp_path.iterdir()) == ([path] if wanted else [])


def test_what_is_kept(tmp_path: Path) -> None:
    """It is written to a file, and read by later versions."""
    path = tmp_path / "conf"
    assert former.state_of(str(path)) == {"path": str(path), "kind": "missing"}
    assert former.state_of(f"{path}/x") == {"path": f"{path}/x", "kind": "missing"}
    file()(path)
    assert former.state_of(str(path)) == {
        "path": str(path),
        "kind": "file",
        "content": "b2xkCg==",
        "mode": 0o640,
        "uid": os.getuid(),
        "gid": os.getgid(),
    }
    assert former.state_of(f"{path}/x") == {"path": f"{path}/x", "kind": "missing"}
    path.unlink()
    link("elsewhere")(path)
    assert former.state_of(str(path)) == {"path": str(path), "kind": "link", "link": "elsewhere"}


def test_what_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert former.state_of(str(tmp_path / "pipe")) is None
    assert former.state_of(str(tmp_path)) is None
    monkeypatch.setattr(former, "_LARGEST", 4)
    file("12345")(tmp_path / "conf")
    assert former.state_of(str(tmp_path / "conf")) is None
    file("1234")(tmp_path / "conf")
    assert former.state_of(str(tmp_path / "conf"))


@pytest.mark.parametrize("content", [[], ["x"]])
def test_a_folder_is_not_removed(content: list[str], tmp_path: Path) -> None:
    path = tmp_path / "conf"
    kept = former.state_of(str(path))
    assert kept
    path.mkdir()
    for name in content:
        (path / name).touch()
    with pytest.raises(ResourceError, match=r"conf is a directory now; remove it$"):
        former.restore(kept)
    assert path.is_dir()


def test_a_link_to_a_folder_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "conf"
    kept = former.state_of(str(path))
    assert kept
    path.symlink_to(tmp_path)
    assert former.restore(kept).action == "deleted"
    assert not path.is_symlink()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "conf"
    file(mode=0o6755)(path)
    os.chown(path, 7, 8)
    path.chmod(0o6755)
    kept = former.state_of(str(path))
    assert kept
    file("new\n")(path)
    os.chown(path, 9, 9)
    assert former.restore(kept).action == "updated"
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (7, 8, 0o6755)


def test_what_a_killed_call_left_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "conf"
    file()(path)
    kept = former.state_of(str(path))
    assert kept
    prefix = temporary_files.prefix_beside(str(path))
    (tmp_path / f"{prefix}left").touch()
    (tmp_path / f"{prefix}link").symlink_to("x")
    former.restore(kept)
    assert [each.name for each in tmp_path.iterdir() if not each.is_symlink()] == ["conf"]
    path.unlink()
    former.restore({"path": str(path), "kind": "link", "link": "elsewhere"})
    assert str(path.readlink()) == "elsewhere"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_above_that_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "gone/conf"
    for kept in (
        {"path": str(path), "kind": "link", "link": "x"},
        {"path": str(path), "kind": "file", "content": "", "mode": 0o644, "uid": 0, "gid": 0},
    ):
        with pytest.raises(ResourceError, match="gone"):
            former.restore(kept)


def test_the_context_of_a_link_is_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def getxattr(path: str, name: str, *, follow_symlinks: bool = True) -> bytes:
        asked.append((path, name, follow_symlinks))
        return b"system_u:object_r:etc_t:s0\0"

    monkeypatch.setattr(os, "getxattr", getxattr)
    assert selinux.context_of("/srv/link") == "system_u:object_r:etc_t:s0"
    assert asked == [("/srv/link", "security.selinux", False)]
