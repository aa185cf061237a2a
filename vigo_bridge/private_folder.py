# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders for one run that no other user can read, and that are removed afterwards unless kept.

The process that uses one holds a lock on it, which the kernel frees however the process ends. So
the next run can distinguish the folder of a killed run from one in use, also where the two
do not see each other's processes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_PREFIX = "vigo-bridge-"
#: Of those that are locked while they are in use.
_LOCKED = f"{_PREFIX}run-"


@contextlib.contextmanager
def private_folder(keep: bool = False) -> Iterator[Path]:
    """Create a folder with mode 0700, in memory if possible.

    keep: it stays, on disk, to show what Ansible was given.
    """
    if keep:
        yield Path(tempfile.mkdtemp(prefix=_PREFIX))
        return
    in_memory = _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK)
    with temporary_folder(_SHARED_MEMORY if in_memory else Path(tempfile.gettempdir())) as folder:
        yield folder


@contextlib.contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Create a folder with mode 0700.

    Folders that killed runs of this user left beside it are removed.
    """
    _remove_left(parent)
    folder, lock = _locked_folder(parent)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _locked_folder(parent: Path) -> tuple[Path, int]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{_LOCKED}{os.getpid()}-", dir=parent))
        lock = _lock(folder)
        if lock is not None:
            return folder, lock
        # Another run has just taken it for one that was left.


def _remove_left(parent: Path) -> None:
    for folder in parent.glob(f"{_LOCKED}*"):
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """Lock a folder of this user; return None if it is in use, gone, or not such a folder."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with contextlib.suppress(OSError):
        opened = os.fstat(lock)
        if opened.st_uid == os.geteuid():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(opened, folder.lstat()):
                return lock
    os.close(lock)
    return None
