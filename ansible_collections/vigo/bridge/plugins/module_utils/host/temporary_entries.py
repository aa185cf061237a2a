# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How temporary files and folders of killed runs are distinguished from those in use.

Each process that uses one holds a lock on it, which the kernel frees when the process ends. So the
next run can remove what is not locked, even if it cannot see the processes of the other one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import Callable

# Other users may write to the folder: links are not followed, and FIFOs do not block.
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def create(make: Callable[[], tuple[int, str]], remove: Callable[[str], object]) -> tuple[int, str]:
    """Create a file or a folder and lock it. Return its descriptor and its path. Raise OSError.

    make: creates it under a name that is new each time. remove: removes it if it cannot be locked.
    """
    while True:
        descriptor, path = make()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            is_there = os.path.samestat(os.fstat(descriptor), os.lstat(path))
        except FileNotFoundError:
            is_there = False
        except OSError:
            os.close(descriptor)
            remove(path)
            raise
        if is_there:
            return descriptor, path
        os.close(descriptor)  # Another run has removed it before it was locked.


def clear(
    folder: str,
    prefix: str,
    is_ours: Callable[[os.stat_result], bool],
    remove: Callable[[str], object],
) -> None:
    """Remove entries of a folder that have the prefix and no lock. What cannot be removed stays."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(prefix):
                _remove_unless_locked(entry.path, is_ours, remove)


def _remove_unless_locked(
    path: str, is_ours: Callable[[os.stat_result], bool], remove: Callable[[str], object]
) -> None:
    with contextlib.suppress(OSError):
        if not is_ours(os.lstat(path)):
            return
        descriptor = os.open(path, _FLAGS)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            opened = os.fstat(descriptor)
            if is_ours(opened) and os.path.samestat(opened, os.lstat(path)):
                remove(path)
        finally:
            os.close(descriptor)
