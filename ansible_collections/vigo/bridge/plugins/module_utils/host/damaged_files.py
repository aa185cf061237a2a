# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renames damaged or replaced state files, so that new ones can be written."""

from __future__ import annotations

import fcntl
import itertools
import os
import stat
from typing import IO, Callable, Iterator

from . import private_files


def spare_name(path: str) -> str:
    """Return the path that `set_aside` would rename a file to."""
    return next(name for name in _spare_names(path) if not os.path.lexists(name))


def set_aside(path: str) -> str:
    """Rename a file, so that another one can be written; return its new path. Raise OSError."""
    kept = spare_name(path)
    os.rename(path, kept)
    return kept


def renamed(path: str, error: OSError, kept: str, becomes: str = "was") -> str:
    """Return the note on a file that was set aside. kept: its new path."""
    return f"{path} is damaged ({error.strerror}); it {becomes} renamed to {kept}"


def open_lock(path: str, note: Callable[[str], None]) -> IO[bytes]:
    """Open a file in a checked folder to lock and write it; it is created if it is missing.

    What is not a regular file is set aside, and noted. Raise OSError.
    """
    flags = os.O_RDWR | os.O_CREAT
    try:
        descriptor = private_files.open_file(path, flags)
    except private_files.NotRegular as error:
        kept = _set_irregular_aside(path)
        if kept:
            note(renamed(path, error, kept))
        descriptor = private_files.open_file(path, flags)
    return os.fdopen(descriptor, "r+b", buffering=0)


def _set_irregular_aside(path: str) -> str:
    """Rename what is not a regular file.

    Of calls at the same time, one renames it and the others wait.
    """
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        is_regular = os.path.lexists(path) and stat.S_ISREG(os.lstat(path).st_mode)
        return "" if is_regular else set_aside(path)
    finally:
        os.close(folder)


def _spare_names(path: str) -> Iterator[str]:
    yield f"{path}.damaged"
    for number in itertools.count(2):
        yield f"{path}.damaged-{number}"
