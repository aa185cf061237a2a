# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of killed runs are removed; those that are in use, or of other programs, are kept."""

from __future__ import annotations

import fcntl
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host import (
    temporary_files,
    temporary_folders,
)

PREFIX = ".vigo-"
KINDS = {"file": temporary_files, "folder": temporary_folders}


def use(kind: str, parent: Path) -> AbstractContextManager[Any]:
    if kind == "file":
        return temporary_files.temporary(str(parent), PREFIX)
    return temporary_folders.temporary_folder(str(parent), PREFIX)


def clear(kind: str, parent: Path) -> None:
    KINDS[kind].clear(str(parent), PREFIX)


def _with_content(path: Path) -> None:
    path.mkdir()
    (path / "it").touch()


#: name: (how it is created, what removes it)
LEFT: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    ".vigo-a": (Path.touch, {"file"}),
    ".vigo-b": (_with_content, {"folder"}),
    ".vigo-c": (os.mkfifo, set()),
    ".vigo-d": (lambda path: path.symlink_to("/etc"), set()),
    ".vigo-e": (lambda path: path.symlink_to("file"), set()),
    "vigo-a": (Path.touch, set()),
    ".vigo": (Path.mkdir, set()),
}


@pytest.mark.parametrize(("name", "made", "removed"), [(name, *row) for name, row in LEFT.items()])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left(
    kind: str, name: str, made: Callable[[Path], object], removed: set[str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    made(tmp_path / name)
    clear(kind, tmp_path)
    assert os.path.lexists(tmp_path / name) is (kind not in removed)
    assert (tmp_path / "file").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_a_folder_of_another_user_stays(tmp_path: Path) -> None:
    (tmp_path / PREFIX).mkdir()
    os.chown(tmp_path / PREFIX, 65534, 65534)
    clear("folder", tmp_path)
    assert (tmp_path / PREFIX).exists()


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_in_use_stays(kind: str, tmp_path: Path) -> None:
    with use(kind, tmp_path):
        (used,) = tmp_path.iterdir()
        clear(kind, tmp_path)
        assert used.exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_folder_is_cleared(kind: str, tmp_path: Path) -> None:
    clear(kind, tmp_path / "missing")


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_is_removed_before_it_is_locked(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run that removes it takes it for one that was left; it is created again."""
    lock, steals = fcntl.flock, [True, False]

    def flock(descriptor: int, operation: int) -> None:
        if operation == fcntl.LOCK_EX and steals and steals.pop(0):
            clear(kind, tmp_path)
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    with use(kind, tmp_path):
        assert steals == []
        assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_is_removed_before_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = tempfile.mkdtemp
    made: list[str] = []

    def mkdtemp(**given: Any) -> str:
        made.append(make(**given))
        if len(made) == 1:
            clear("folder", tmp_path)
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", mkdtemp)
    with use("folder", tmp_path) as path:
        assert made[1:] == [path]


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_can_be_locked_nothing_is_left(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(_descriptor: int, _operation: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OSError, match="No locks"), use(kind, tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_many_at_once(kind: str, tmp_path: Path) -> None:
    """None removes what another one has just created."""
    failures = []

    def use_often() -> None:
        for _ in range(50):
            clear(kind, tmp_path)
            with use(kind, tmp_path) as used:
                path = Path(getattr(used, "path", used))
                if not path.exists():
                    failures.append(path)

    threads = [threading.Thread(target=use_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(tmp_path.iterdir()) == []
