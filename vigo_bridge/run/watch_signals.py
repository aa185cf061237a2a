# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals of a program that runs until it is stopped, and waits most of the time."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from collections.abc import Callable
from types import FrameType

from vigo_bridge.run.stop import Stop

#: The signal that requests a turn now.
NOW = signal.SIGUSR1
#: How many signals are noted at once.
_MOST = 4096


class WatchSignals:
    """Handles SIGINT, SIGTERM and SIGHUP with `stop`, and SIGUSR1, which asks for a turn now.

    In a rollout, the first signal lets the running batch finish.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        """Prepare. say: called with messages for the user."""
        self.stop = Stop(say, at_once=True, patient=(signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        self._is_requested = False
        self._held = contextlib.ExitStack()

    def __enter__(self) -> WatchSignals:
        self._reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._held.callback(os.close, self._reader)
        self._held.callback(os.close, writer)
        before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self._held.callback(signal.set_wakeup_fd, before)
        usual = signal.signal(NOW, self._request)
        self._held.callback(signal.signal, NOW, usual)
        self._held.enter_context(self.stop)
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def wait_until(self, moment: float) -> None:
        """Wait until a moment of the monotonic clock, or for a signal."""
        while not self.stop.asked and not self._is_requested:
            left = moment - time.monotonic()
            if left <= 0:
                return
            if select.select([self._reader], [], [], left)[0]:
                os.read(self._reader, _MOST)

    def take_request(self) -> bool:
        """Return whether a turn was asked for since the last call."""
        asked, self._is_requested = self._is_requested, False
        return asked

    def _request(self, number: int, frame: FrameType | None) -> None:
        self._is_requested = True
