# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ctrl-C, SIGTERM and SIGHUP do outside of a rollout; `stop.py` says what they do in one.

Every call of the program loads this file, so it imports little.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from vigo_bridge.run.processes import ask_to_end, descendants, end

Handler = Callable[[int, FrameType | None], None]

#: How long programs that only read may take to end, in seconds.
_TIMEOUT = 1.0
_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end the block as Ctrl-C does, with all programs that it started.

    For everything outside of a rollout; there, `Stop` handles these signals.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        leave_lost_terminal()
        found = descendants()
        ask_to_end(found)
        end(found, _TIMEOUT)
        raise KeyboardInterrupt

    with handled_by(leave):
        yield


@contextlib.contextmanager
def handled_by(handler: Handler) -> Iterator[None]:
    """Handle signals in the block. SIGHUP stays ignored if it was, as under ``nohup``."""
    before: dict[signal.Signals, Any] = {}
    for number in _NUMBERS:
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


def leave_lost_terminal() -> None:
    """Redirect output from a terminal that was closed: each write would fail."""
    import termios

    for descriptor in range(3):
        try:
            termios.tcgetattr(descriptor)
        except termios.error as error:
            if error.args[0] == errno.EIO:
                nowhere = os.open(os.devnull, os.O_RDWR)
                os.dup2(nowhere, descriptor)
                os.close(nowhere)
