# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C and SIGTERM while hosts are worked on."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

#: How long Ansible may take to end, in seconds; then it is killed with all that it started.
PATIENCE = 10.0
_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_TICK = 0.1
#: How long what the programs that were told to end have started may outlive them, in seconds.
_FAREWELL = 2.0


class Stop:
    """The first signal lets the running batch finish, the second ends it at once.

    asked: no further batch shall start. cut: what runs was told to end.
    """

    def __init__(self, told: Callable[[str], None], at_once: bool = False) -> None:
        """told: is given what to say to the user. at_once: there is nothing to finish."""
        self.asked = False
        self.cut = False
        self._told = told
        self._at_once = at_once
        self._deadline = 0.0
        self._told_to_end: list[int] = []
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Stop:
        self._before = {number: signal.signal(number, self._signal) for number in _NUMBERS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @property
    def overdue(self) -> bool:
        """Whether what was told to end has not done so in time."""
        return self.cut and time.monotonic() > self._deadline

    def wait(self, seconds: float) -> None:
        """Sleeps, but not beyond a signal."""
        end = time.monotonic() + seconds
        asked = self.asked
        while self.asked == asked and not self.cut and time.monotonic() < end:
            time.sleep(min(_TICK, max(0.0, end - time.monotonic())))

    def await_end(self) -> None:
        """When the run was cut: waits until all that it had started has ended, if it soon does.

        What Ansible's workers have started is no child of ours any more when they are gone.
        """
        end = time.monotonic() + _FAREWELL
        while any(map(_runs, self._told_to_end)) and time.monotonic() < end:
            time.sleep(_TICK / 10)

    def _signal(self, number: int, frame: FrameType | None) -> None:
        if self.cut:
            self._deadline = 0.0
        elif self.asked or self._at_once:
            self.asked = self.cut = True
            self._deadline = time.monotonic() + PATIENCE
            self._told("Stopping at once.")
            self._told_to_end = _descendants(os.getpid())
            interrupt_children()
        else:
            self.asked = True
            self._told(
                "Interrupted: the running batch finishes, no other starts; once more ends it at"
                " once."
            )


def interrupt_children() -> None:
    """SIGINT makes ansible-playbook end its workers; killing it would leave them behind.

    Our children lead sessions of their own; their children are told, too.
    """
    for child in children(os.getpid()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(child) == child:
                os.killpg(child, signal.SIGINT)
            else:
                os.kill(child, signal.SIGINT)


def kill_descendants() -> None:
    """Ends all that we started, and what that started, without asking."""
    for process in _descendants(os.getpid()):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)


def children(process: int) -> list[int]:
    text = ""
    with contextlib.suppress(OSError):
        for path in Path(f"/proc/{process}/task").glob("*/children"):
            text += path.read_text(encoding="ascii")
    return [int(child) for child in text.split()]


def _runs(process: int) -> bool:
    """Whether it has not ended; one that has, but was not waited for, has no command line."""
    try:
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())
    except OSError:
        return False


def _descendants(process: int) -> list[int]:
    found: list[int] = []
    for child in children(process):
        found += [child, *_descendants(child)]
    return found
