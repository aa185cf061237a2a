# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan reports the same as a run, also if the run fails, and neither loses data."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.file.behaviour import File
from tests.unit.module_utils.applying import apply

FILE = File()
OLD = "old\n"
NOBODY = 65534

#: What a resource may want of a file. FOLDER: where the file is.
WANTED: dict[str, dict[str, Any]] = {
    "content": {"content": "new\n"},
    "content and backup": {"content": "new\n", "backup": True},
    "edit": {"stream_edit": "tr a-z A-Z"},
    "nothing": {},
    "mode": {"mode": "0600"},
    "owner": {"owner": "daemon", "group": "daemon"},
    "absent": {"state": "absent"},
}

Scene = Callable[[Path], contextlib.AbstractContextManager[Path]]
SCENES: dict[str, Scene] = {}


def scene(make: Callable[[Path], Iterator[Path]]) -> Scene:
    """Add a case of a path. make: returns the path of the file, and cleans up."""
    SCENES[make.__name__.replace("_", " ")] = contextlib.contextmanager(make)
    return SCENES[make.__name__.replace("_", " ")]


def run(*command: object) -> None:
    if subprocess.run([str(word) for word in command], capture_output=True).returncode:
        pytest.skip(f"{command[0]} cannot do this here")


def old_file(path: Path) -> Path:
    path.write_text(OLD)
    path.chmod(0o644)
    return path


@scene
def nothing_is_there(folder: Path) -> Iterator[Path]:
    yield folder / "it"


@scene
def a_file(folder: Path) -> Iterator[Path]:
    yield old_file(folder / "it")


@scene
def a_directory(folder: Path) -> Iterator[Path]:
    (folder / "it").mkdir()
    yield folder / "it"


@scene
def a_pipe(folder: Path) -> Iterator[Path]:
    os.mkfifo(folder / "it")
    yield folder / "it"


@scene
def a_link(folder: Path) -> Iterator[Path]:
    (folder / "it").symlink_to(old_file(folder / "other"))
    yield folder / "it"


@scene
def a_link_to_a_directory(folder: Path) -> Iterator[Path]:
    (folder / "it").symlink_to(folder)
    yield folder / "it"


@scene
def a_link_that_leads_nowhere(folder: Path) -> Iterator[Path]:
    (folder / "it").symlink_to("nowhere")
    yield folder / "it"


@scene
def a_link_to_itself(folder: Path) -> Iterator[Path]:
    (folder / "it").symlink_to("it")
    yield folder / "it"


@scene
def a_parent_that_leads_nowhere(folder: Path) -> Iterator[Path]:
    (folder / "to").symlink_to("nowhere")
    yield folder / "to" / "it"


@scene
def a_parent_that_links_to_itself(folder: Path) -> Iterator[Path]:
    (folder / "to").symlink_to("to")
    yield folder / "to" / "it"


@scene
def a_parent_that_links_to_a_file(folder: Path) -> Iterator[Path]:
    (folder / "to").symlink_to(old_file(folder / "other"))
    yield folder / "to" / "a" / "it"


@scene
def a_parent_that_links_to_a_folder(folder: Path) -> Iterator[Path]:
    (folder / "there").mkdir()
    (folder / "to").symlink_to("there")
    yield folder / "to" / "a" / "it"


@scene
def a_parent_that_is_a_file(folder: Path) -> Iterator[Path]:
    yield old_file(folder / "file") / "it"


@scene
def a_distant_parent_that_is_a_file(folder: Path) -> Iterator[Path]:
    yield old_file(folder / "file") / "a" / "b" / "it"


@scene
def a_mount_point(folder: Path) -> Iterator[Path]:
    path = old_file(folder / "it")
    run("mount", "--bind", old_file(folder / "other"), path)
    try:
        yield path
    finally:
        subprocess.run(["umount", path], check=True)


@scene
def a_read_only_mount_point(folder: Path) -> Iterator[Path]:
    path = old_file(folder / "it")
    run("mount", "--bind", old_file(folder / "other"), path)
    run("mount", "-o", "remount,bind,ro", path)
    try:
        yield path
    finally:
        subprocess.run(["umount", path], check=True)


@scene
def a_read_only_file_system(folder: Path) -> Iterator[Path]:
    run("mount", "-t", "tmpfs", "none", folder)
    try:
        path = old_file(folder / "it")
        run("mount", "-o", "remount,ro", folder)
        yield path
    finally:
        subprocess.run(["umount", folder], check=True)


@scene
def an_empty_read_only_file_system(folder: Path) -> Iterator[Path]:
    run("mount", "-t", "tmpfs", "-o", "ro", "none", folder)
    try:
        yield folder / "a" / "it"
    finally:
        subprocess.run(["umount", folder], check=True)


@scene
def a_parent_that_links_to_another_file_system(folder: Path) -> Iterator[Path]:
    (folder / "there").mkdir()
    (folder / "to").symlink_to("there")
    run("mount", "-t", "tmpfs", "none", folder / "there")
    try:
        old_file(folder / "there" / "it")
        yield folder / "to" / "it"
    finally:
        subprocess.run(["umount", folder / "there"], check=True)


#: Paths where the kernel makes all files.
KERNEL = {
    "a setting of the kernel": "/proc/sys/vm/swappiness",
    "no setting of the kernel": "/proc/sys/vm/no/it",
    "a file of a process": f"/proc/{os.getpid()}/comm",
    "no file of proc": "/proc/no",
    "a link of a process": f"/proc/{os.getpid()}/exe",
    "a file of sysfs": "/sys/kernel/profiling",
    "no file of sysfs": "/sys/no/it",
    "no terminal": "/dev/pts/no",
}


def _kernel_scene(path: Path, folder: Path) -> Iterator[Path]:
    if not path.parent.exists() and path.name != "it":
        pytest.skip(f"this machine has no {path.parent}")
    before = os.lstat(path) if path.exists() else None
    try:
        yield path
    finally:
        if before is not None and before != os.lstat(path):
            with contextlib.suppress(PermissionError):
                os.chown(path, before.st_uid, before.st_gid)
                path.chmod(before.st_mode & 0o7777)


for _name, _path in KERNEL.items():
    SCENES[_name] = contextlib.contextmanager(partial(_kernel_scene, Path(_path)))


@scene
def a_parent_that_links_to_proc(folder: Path) -> Iterator[Path]:
    (folder / "to").symlink_to("/proc/sys/vm")
    yield folder / "to" / "swappiness"


def _with_flag(flag: str, path: Path, flagged: Path) -> Iterator[Path]:
    run("chattr", f"+{flag}", flagged)
    try:
        yield path
    finally:
        subprocess.run(["chattr", f"-{flag}", flagged], check=True)


@scene
def an_immutable_file(folder: Path) -> Iterator[Path]:
    path = old_file(folder / "it")
    yield from _with_flag("i", path, path)


@scene
def an_append_only_file(folder: Path) -> Iterator[Path]:
    path = old_file(folder / "it")
    yield from _with_flag("a", path, path)


@scene
def a_file_in_an_immutable_folder(folder: Path) -> Iterator[Path]:
    yield from _with_flag("i", old_file(folder / "it"), folder)


@scene
def nothing_in_an_immutable_folder(folder: Path) -> Iterator[Path]:
    yield from _with_flag("i", folder / "a" / "it", folder)


@scene
def a_file_in_an_append_only_folder(folder: Path) -> Iterator[Path]:
    yield from _with_flag("a", old_file(folder / "it"), folder)


@scene
def a_name_that_is_too_long(folder: Path) -> Iterator[Path]:
    yield folder / ("n" * 256)


@scene
def a_parent_whose_name_is_too_long(folder: Path) -> Iterator[Path]:
    yield folder / ("n" * 256) / "it"


@scene
def a_name_that_is_too_long_with_the_suffix_of_a_backup(folder: Path) -> Iterator[Path]:
    yield old_file(folder / ("n" * 250))


@scene
def a_missing_parent_with_a_missing_parent_whose_name_is_too_long(folder: Path) -> Iterator[Path]:
    yield folder / "a" / ("n" * 256) / "it"


@scene
def a_name_that_is_too_long_in_a_missing_parent(folder: Path) -> Iterator[Path]:
    yield folder / "a" / ("n" * 256)


@scene
def a_path_that_is_too_long(folder: Path) -> Iterator[Path]:
    yield folder.joinpath(*["folder"] * 700, "it")


def _others(folder: Path, mode: int) -> Path:
    """Return a file of another user, in a folder of theirs."""
    theirs = folder / "theirs"
    theirs.mkdir()
    theirs.chmod(mode)
    return old_file(theirs / "it")


@scene
def a_file_of_others(folder: Path) -> Iterator[Path]:
    yield _others(folder, 0o755)


@scene
def a_file_of_others_in_a_closed_folder(folder: Path) -> Iterator[Path]:
    yield _others(folder, 0o700)


@scene
def a_file_of_others_in_an_open_folder(folder: Path) -> Iterator[Path]:
    yield _others(folder, 0o777)


@scene
def a_file_of_others_in_a_sticky_folder(folder: Path) -> Iterator[Path]:
    yield _others(folder, 0o1777)


@scene
def nothing_in_a_folder_of_others(folder: Path) -> Iterator[Path]:
    yield _others(folder, 0o755).parent / "a" / "new"


def _data(folder: Path) -> list[str]:
    """Return the content of all files."""
    found = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return sorted(path.read_text() for path in found)


def _check(path: Path, folder: Path, wanted: dict[str, Any]) -> None:
    before = _data(folder)
    attributes = {"target_path": str(path), **wanted}
    planned = apply(FILE, attributes, check=True)
    assert _data(folder) == before, "check mode touched something"
    done = apply(FILE, attributes)
    assert (planned.action, planned.reason) == (done.action, done.reason)
    assert planned.diff == done.diff
    if done.failed:
        assert _data(folder) == before
    elif "state" not in wanted:
        full = [text for text in _data(folder) if text]
        assert len(full) >= len(before), "a file became empty"
    if not done.failed:
        assert apply(FILE, attributes).action == "none"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make all of these")
@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
@pytest.mark.parametrize("make", SCENES.values(), ids=SCENES)
def test_a_plan_says_the_same_as_a_run(tmp_path: Path, make: Scene, wanted: dict[str, Any]) -> None:
    with make(tmp_path) as path:
        _check(path, tmp_path, wanted)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Yield a folder that every user can reach, as pytest's own cannot."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextlib.contextmanager
def _as_nobody() -> Iterator[None]:
    """Become a user without rights, and root again afterwards."""
    groups = os.getgroups()
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)
        os.setgroups(groups)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
@pytest.mark.parametrize("make", SCENES.values(), ids=SCENES)
def test_a_plan_says_the_same_as_a_run_for_other_users(
    open_folder: Path, make: Scene, wanted: dict[str, Any]
) -> None:
    with make(open_folder) as path:
        for own in (open_folder, *open_folder.rglob("*")):
            if "theirs" not in own.parts:
                with contextlib.suppress(OSError):
                    os.chown(own, NOBODY, NOBODY, follow_symlinks=False)
        with _as_nobody():
            _check(path, open_folder, wanted)
