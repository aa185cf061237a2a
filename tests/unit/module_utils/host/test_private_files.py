# SPDX-License-Identifier: GPL-3.0-or-later
"""Which folders and files only this user and root can have written."""

from __future__ import annotations

import grp
import os
import pwd
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host import private_files
from ansible_collections.vigo.bridge.plugins.module_utils.host.private_files import (
    NotRegular,
    checked_folder,
    default_folder,
    make_folder,
    open_file,
)
from vigo_bridge.run.state import controller_folder

NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


def give_away(path: Path) -> None:
    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)


def mode(number: int) -> Callable[[Path], None]:
    return lambda path: path.chmod(number)


@contextmanager
def umask(number: int) -> Iterator[None]:
    before = os.umask(number)
    try:
        yield
    finally:
        os.umask(before)


#: what is done to a/b of a/b/c -> what is said, or None if it is allowed
PARENTS: dict[str, tuple[Callable[[Path], None], str | None]] = {
    "usual": (mode(0o755), None),
    "private": (mode(0o700), None),
    "the group may write": (mode(0o775), None if os.getegid() == 0 else "mode 0775"),
    "all may write": (mode(0o777), "other users can write to it (mode 0777)"),
    "others may write, the group may not": (mode(0o757), "mode 0757"),
    "all may write, sticky": (mode(0o1777), None),
}


@pytest.mark.parametrize(("change", "complaint"), PARENTS.values(), ids=PARENTS)
def test_parents(tmp_path: Path, change: Callable[[Path], None], complaint: str | None) -> None:
    folder = tmp_path / "a/b/c"
    folder.mkdir(parents=True)
    change(folder.parent)
    for use in (checked_folder, make_folder):
        if complaint is None:
            assert use(str(folder)) == str(folder)
            continue
        with pytest.raises(PermissionError) as caught:
            use(str(folder))
        assert complaint in str(caught.value.strerror)
        assert caught.value.filename == str(folder.parent)


@pytest.mark.parametrize("number", [0o1777, 0o777, 0o702])
def test_the_folder_itself_is_never_shared(tmp_path: Path, number: int) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(number)
    with pytest.raises(PermissionError, match="other users can write to it"):
        make_folder(str(folder))


@needs_root
@pytest.mark.parametrize("part", ["a", "a/b", "a/b/c"])
def test_a_part_of_another_user(tmp_path: Path, part: str) -> None:
    (tmp_path / "a/b/c").mkdir(parents=True)
    give_away(tmp_path / part)
    for path in ("a/b/c", "a/b/c/new/newer"):
        with pytest.raises(PermissionError, match="belongs to another user \\(nobody\\)") as caught:
            make_folder(str(tmp_path / path))
        assert caught.value.filename == str(tmp_path / part)
    assert not (tmp_path / "a/b/c/new").exists()


@needs_root
@pytest.mark.parametrize("group", [1, NOBODY])
def test_a_group_with_others(tmp_path: Path, group: int) -> None:
    (tmp_path / "a").mkdir()
    os.chown(tmp_path / "a", 0, group)
    (tmp_path / "a").chmod(0o770)
    with pytest.raises(PermissionError, match="mode 0770"):
        checked_folder(str(tmp_path / "a"))


class TestLinks:
    """A symbolic link is followed where its owner may change it; what it leads to is checked."""

    @pytest.fixture(autouse=True)
    def folders(self, tmp_path: Path) -> None:
        (tmp_path / "real/inner").mkdir(parents=True)

    @pytest.mark.parametrize("target", ["real", "./real", "/HERE/real", "real/inner/.."])
    def test_its_folder(self, tmp_path: Path, target: str) -> None:
        (tmp_path / "link").symlink_to(target.replace("/HERE", str(tmp_path)))
        assert checked_folder(str(tmp_path / "link/inner")) == str(tmp_path / "real/inner")
        assert checked_folder(str(tmp_path / "link/inner/../inner")) == str(tmp_path / "real/inner")

    @needs_root
    def test_of_another_user(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("real")
        give_away(tmp_path / "link")
        with pytest.raises(PermissionError, match="belongs to another user"):
            make_folder(str(tmp_path / "link/inner"))

    def test_to_a_folder_that_others_can_write(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("real/inner")
        (tmp_path / "real").chmod(0o777)
        with pytest.raises(PermissionError, match="mode 0777") as caught:
            make_folder(str(tmp_path / "link/new"))
        assert caught.value.filename == str(tmp_path / "real")

    @pytest.mark.parametrize("target", ["link", "nowhere", "file"])
    def test_to_no_folder(self, tmp_path: Path, target: str) -> None:
        (tmp_path / "file").touch()
        (tmp_path / "link").symlink_to(target)
        with pytest.raises(OSError, match=r"symbolic links|No such file|Not a directory"):
            make_folder(str(tmp_path / "link/new"))


@pytest.mark.parametrize("number", [0, 0o022, 0o077, 0o777])
def test_modes_do_not_depend_on_the_umask(tmp_path: Path, number: int) -> None:
    with umask(number):
        make_folder(str(tmp_path / "a/b/c/"))
        os.close(open_file(str(tmp_path / "a/b/c/file"), os.O_RDWR | os.O_CREAT))
    modes = [
        (tmp_path / path).stat().st_mode & 0o777 for path in ("a", "a/b", "a/b/c", "a/b/c/file")
    ]
    assert modes == [0o755, 0o755, 0o700, 0o600]


#: XDG_STATE_HOME, HOME -> the folder, or what is said
STATE_FOLDERS = {
    "absolute": ("/state", "/home/me", "/state/vigo-bridge"),
    "relative": ("state", "/home/me", "/home/me/.local/state/vigo-bridge"),
    "relative, with dots": ("./state", "/home/me", "/home/me/.local/state/vigo-bridge"),
    "a home that no shell replaced": ("~/state", "/home/me", "/home/me/.local/state/vigo-bridge"),
    "a blank": (" ", "/home/me", "/home/me/.local/state/vigo-bridge"),
    "empty": ("", "/home/me", "/home/me/.local/state/vigo-bridge"),
    "unset": (None, "/home/me", "/home/me/.local/state/vigo-bridge"),
    "and no home": ("/state", "", "/state/vigo-bridge"),
}


@pytest.mark.parametrize(("named", "home", "expected"), STATE_FOLDERS.values(), ids=STATE_FOLDERS)
def test_the_default_folder(
    named: str | None, home: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", home)
    if named is None:
        monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    else:
        monkeypatch.setenv("XDG_STATE_HOME", named)
    assert default_folder() == expected
    assert str(controller_folder()) == f"{expected}/controller"


@pytest.mark.parametrize("home", ["rel", "./"])
def test_no_home_folder(home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_STATE_HOME", "state")
    monkeypatch.setenv("HOME", home)
    with pytest.raises(FileNotFoundError, match="set HOME or XDG_STATE_HOME"):
        default_folder()


def test_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert make_folder("a") == str(tmp_path / "a")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


#: what is there instead of a regular file
IRREGULAR: dict[str, Callable[[Path], None]] = {
    "folder": Path.mkdir,
    "FIFO": os.mkfifo,
    "socket": make_socket,
    "link to a file": link_to("/etc/passwd"),
    "link to a device": link_to("/dev/zero"),
    "link to nothing": link_to("nowhere"),
    "link to itself": link_to("file"),
}


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR | os.O_CREAT])
@pytest.mark.parametrize("make", IRREGULAR.values(), ids=IRREGULAR)
def test_what_is_not_a_file(tmp_path: Path, make: Callable[[Path], None], flags: int) -> None:
    make(tmp_path / "file")
    with pytest.raises(NotRegular, match="it is not a regular file"):
        open_file(str(tmp_path / "file"), flags)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_a_file_that_others_can_write(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o666)
    with pytest.raises(PermissionError, match="mode 0666"):
        open_file(str(tmp_path / "file"))


def test_a_file_with_a_second_name(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("precious")
    os.link(tmp_path / "other", tmp_path / "file")
    with pytest.raises(PermissionError, match="hard link"):
        open_file(str(tmp_path / "file"), os.O_RDWR | os.O_CREAT)
    assert (tmp_path / "other").read_text() == "precious"


@needs_root
def test_a_file_of_another_user(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    give_away(tmp_path / "file")
    with pytest.raises(PermissionError, match="belongs to another user"):
        open_file(str(tmp_path / "file"))


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "file").chmod(0o666)
    before = sorted(Path("/proc/self/fd").iterdir())
    for _ in range(3):
        with pytest.raises(PermissionError):
            open_file(str(tmp_path / "file"))
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_folders_of_root(tmp_path: Path) -> None:
    assert [checked_folder(path) for path in ("/", "/usr/./lib/..", "//usr")] == [
        "/",
        "/usr",
        "/usr",
    ]


@pytest.mark.parametrize(
    ("gid", "members", "expected"),
    [(0, [], True), (700, [], True), (700, ["ann"], True), (700, ["bob"], False), (7, [], False)],
)
def test_a_group_of_one(
    gid: int, members: list[str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = SimpleNamespace(pw_name="ann", pw_gid=700)
    group = SimpleNamespace(gr_name="ann", gr_mem=members)
    monkeypatch.setattr(pwd, "getpwuid", lambda _: user)
    monkeypatch.setattr(grp, "getgrgid", lambda _: group)
    assert private_files._is_private_group(gid) is expected
