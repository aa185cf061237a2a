# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C, SIGTERM and SIGHUP during a rollout."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Collection
from types import FrameType

from vigo_bridge.run.processes import (
    descendants,
    end,
    interrupt_children,
    kill_descendants,
)
from vigo_bridge.run.signals import handled_by, leave_lost_terminal

#: How long Ansible may take to end, in seconds; then it is killed with all that it started.
TIMEOUT = 5.0
_TICK = 0.1
#: How many seconds after a program was asked to end its child processes may still run.
_GRACE_PERIOD = 2.0


class Stop:
    """Ends a rollout: Ctrl-C after the running batch; a second one, SIGTERM and SIGHUP immediately.

    asked: whether no further batch may start. cut: whether running programs were asked to end.
    at_once: whether there is nothing to finish now, so that the first signal ends the rollout
    immediately; it can be set at any time. number: of the first signal that came.
    """

    def __init__(
        self,
        say: Callable[[str], None],
        at_once: bool = False,
        patient: Collection[int] = (signal.SIGINT,),
    ) -> None:
        """Prepare to stop. say: called with messages for the user. patient: signals of which the
        first one lets the running batch finish.
        """
        self.asked = False
        self.cut = False
        self.at_once = at_once
        self.number: int | None = None
        self._say = say
        self._patient = patient
        self._terminated: list[int] = []
        self._killing: threading.Timer | None = None
        self._handled = contextlib.ExitStack()

    def __enter__(self) -> Stop:
        self._handled.enter_context(handled_by(self._signal))
        return self

    def __exit__(self, *_: object) -> None:
        self.await_end()
        self._handled.close()
        if self._killing:
            self._killing.cancel()

    def wait(self, seconds: float) -> None:
        """Sleep for this time, or until a signal comes."""
        end = time.monotonic() + seconds
        asked = self.asked
        while self.asked == asked and not self.cut and time.monotonic() < end:
            time.sleep(min(_TICK, max(0.0, end - time.monotonic())))

    def await_end(self) -> None:
        """Wait, after an immediate stop, until all programs of the run have ended; kill the others.

        Programs that Ansible's workers started are no longer our children when the workers are
        gone.
        """
        end(self._terminated, _GRACE_PERIOD)

    def _signal(self, number: int, frame: FrameType | None) -> None:
        leave_lost_terminal()
        self.number = self.number or number
        if self.cut:
            kill_descendants()
        elif self.asked or self.at_once or number not in self._patient:
            self._cut()
        else:
            self.asked = True
            again = "Press Ctrl-C again" if number == signal.SIGINT else "Send the signal again"
            self._say(f"Interrupted: finishing the current batch. {again} to stop immediately.")

    def _cut(self) -> None:
        self.asked = self.cut = True
        self._say("Stopping immediately.")
        self._terminated = descendants()
        interrupt_children()
        self._killing = threading.Timer(TIMEOUT, kill_descendants)
        self._killing.start()
