# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds and ends the processes below this one.

Every call of the program loads this file, so it imports little.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterable, Iterator

_TICK = 0.02
#: Indexes of fields of /proc/PID/stat after the name, and the states of processes that have ended.
_STATE, _SESSION = 0, 3
_ENDED = (b"Z", b"X")
_apart: set[int] = set()


@contextlib.contextmanager
def set_apart(process: int) -> Iterator[None]:
    """Ignore a child process in all functions of this module: the code that started it ends it."""
    _apart.add(process)
    try:
        yield
    finally:
        _apart.discard(process)


def descendants() -> list[int]:
    """Return the ids of all processes below this one."""
    return _descendants(os.getpid())


def interrupt_children() -> None:
    """Send SIGINT to each child, and to its whole group where it leads one.

    SIGINT makes ansible-playbook end its workers; killing it would leave them running.
    """
    for child in children(os.getpid()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(child) == child:
                os.killpg(child, signal.SIGINT)
            else:
                os.kill(child, signal.SIGINT)


def kill_descendants() -> None:
    """Kill all processes below this one."""
    _signal(descendants(), signal.SIGKILL)


def ask_to_end(processes: Iterable[int]) -> None:
    """Send SIGTERM to these processes."""
    _signal(processes, signal.SIGTERM)


def end(processes: Iterable[int], seconds: float) -> None:
    """Wait until these processes have ended; kill those that still run after some seconds.

    What they have started in the meantime ends with them.
    """
    started = set(processes)
    deadline = time.monotonic() + seconds
    while (running := _running(started)) and time.monotonic() < deadline:
        time.sleep(_TICK)
    _signal(running, signal.SIGKILL)


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, number)


def children(process: int) -> list[int]:
    """Return the ids of the children of a process."""
    found: list[int] = []
    for thread in _listed(f"/proc/{process}/task"):
        found += map(int, _read(f"/proc/{process}/task/{thread}/children").split())
    return [child for child in found if child not in _apart]


def _descendants(process: int) -> list[int]:
    found: list[int] = []
    for child in children(process):
        found += [child, *_descendants(child)]
    return found


def _running(processes: set[int]) -> list[int]:
    """Return those that have not ended, and all processes in sessions that these began."""
    if not processes:
        return []
    found = []
    for name in filter(str.isdecimal, _listed("/proc")):
        # The name of its program, in parentheses, may contain any character.
        fields = _read(f"/proc/{name}/stat").rpartition(b")")[2].split()
        if not fields or fields[_STATE] in _ENDED:
            continue
        if processes & {int(name), int(fields[_SESSION])}:
            found.append(int(name))
    return found


def _listed(folder: str) -> list[str]:
    """Return the names in a folder; none where the process has ended, or where the system has no
    /proc.
    """
    try:
        return os.listdir(folder)  # noqa: PTH208 - pathlib takes long to import
    except OSError:
        return []


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - as above
            return stream.read()
    except OSError:
        return b""
