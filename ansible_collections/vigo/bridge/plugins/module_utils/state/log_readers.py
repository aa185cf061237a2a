# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records the readers that follow logs on this host, so that no container is removed before its
last lines are read.

Each reader has a file in the state folder. It holds the time of the last look at the logs whose
lines have arrived at the reader. Before a container is removed, a later look is awaited, but not
for long.
"""

from __future__ import annotations

import contextlib
import os
import re
import time

from ..host import private_files
from ..host.temporary_files import write_atomically

_FOLDER = "log-readers"
_NAME = re.compile("[0-9a-f]{32}")
#: A reader without a sign of life for this many seconds has ended.
_ALIVE = 20.0
#: Seconds to wait for readers at most.
_PATIENCE = 5.0
_TICK = 0.05


def new_name() -> str:
    """Return a name that no other reader has."""
    return os.urandom(16).hex()


def announce(name: str, arrived: int) -> None:
    """Record that a reader is active, and up to which time it has the lines.

    arrived: in nanoseconds. If it cannot be recorded, runs do not wait for the reader.
    """
    if not _NAME.fullmatch(name):
        return
    with contextlib.suppress(OSError):
        folder = _folder()
        private_files.make_folder(folder)
        write_atomically(os.path.join(folder, name), str(arrived).encode(), durable=False)
        _readers(time.time_ns())


def await_readers() -> None:
    """Wait until all readers have the lines that were printed until now, or the time limit is
    reached.
    """
    now = time.time_ns()
    deadline = time.monotonic() + _PATIENCE
    while any(arrived <= now for arrived in _readers(time.time_ns())):
        if time.monotonic() >= deadline:
            return
        time.sleep(_TICK)


def _folder() -> str:
    return os.path.join(private_files.default_folder(), _FOLDER)


def _readers(now: int) -> list[int]:
    """Return what has arrived at each reader. Those that have ended are removed."""
    found = []
    with contextlib.suppress(OSError):
        folder = private_files.checked_folder(_folder())
        for entry in os.scandir(folder):
            if not _NAME.fullmatch(entry.name):
                continue
            with contextlib.suppress(OSError, ValueError):
                if now - entry.stat(follow_symlinks=False).st_mtime_ns > _ALIVE * 10**9:
                    os.unlink(entry.path)
                    continue
                with os.fdopen(private_files.open_file(entry.path), "rb") as stream:
                    found.append(int(stream.read(32)))
    return found
