# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moves unpacked files to their folder, next to existing files. No symbolic link is followed."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import Iterator

from ...common.errors import ResourceError

_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def refuse_conflicts(new: str, path: str) -> None:
    """Raise ResourceError if something of another kind exists where a new file or folder goes."""
    if os.path.lexists(path):
        with _opened(new) as source, _opened(path) as target:
            if os.fstat(source).st_dev != os.fstat(target).st_dev:
                raise ResourceError(
                    f"target_path: {path} is a mount point",
                    "write the path of a folder in it",
                )
            _refuse_conflicts(source, target, path)


def put(new: str, path: str) -> None:
    """Move a new folder, or its content, to a path. Raise OSError."""
    if not os.path.lexists(path):
        os.rename(new, path)
        return
    with _opened(new) as source, _opened(path) as target:
        _merge(source, target)


@contextlib.contextmanager
def _opened(name: str, folder: int | None = None) -> Iterator[int]:
    descriptor = os.open(name, _FLAGS, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _refuse_conflicts(source: int, target: int, path: str) -> None:
    for name in os.listdir(source):
        there = _kind(name, target)
        if there is None:
            continue
        is_folder = _kind(name, source) == stat.S_IFDIR
        place = f"{path}/{name}"
        if is_folder and there == stat.S_IFLNK:
            raise ResourceError(
                f"{place} is a symbolic link, which is not followed; nothing was changed",
                "remove it, or choose another target_path",
            )
        if is_folder != (there == stat.S_IFDIR):
            what = (
                "not a folder, but the archive has a folder there"
                if is_folder
                else "a folder, but the archive has a file there"
            )
            raise ResourceError(
                f"{place} is {what}; nothing was changed",
                "remove it, or choose another target_path",
            )
        if is_folder:
            with _opened(name, source) as inner, _opened(name, target) as existing:
                _refuse_conflicts(inner, existing, place)


def _merge(source: int, target: int) -> None:
    for name in os.listdir(source):
        if _kind(name, source) == stat.S_IFDIR and _kind(name, target) is not None:
            with _opened(name, source) as inner, _opened(name, target) as existing:
                _merge(inner, existing)
        else:
            os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)


def _kind(name: str, folder: int) -> int | None:
    """Return the kind of an entry of a folder, None if it does not exist."""
    try:
        return stat.S_IFMT(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return None
