# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs work in a thread, and returns its result later."""

from __future__ import annotations

import threading
import time
from typing import Callable, Generic, TypeVar

from .caller_watch import leave_if_gone

T = TypeVar("T")
#: Seconds between two checks whether the caller is still there.
_CHECK_INTERVAL = 0.5


class Background(Generic[T]):
    """Starts at once. It ends with the process; call `result` to wait for its end."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._ended = 0.0
        self._value: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def result(self, timeout: float | None = None) -> T:
        """Wait for the work, and return its value or raise its error. May be called again.

        timeout: seconds after which TimeoutError is raised; the work continues.
        """
        self._thread.join(timeout)
        if self._thread.is_alive():
            raise TimeoutError(f"no response within {timeout:g} s")
        if self._error is not None:
            raise self._error
        return self._value[0]

    def wait(self) -> None:
        """Wait for its end, and ignore its result and errors."""
        self._thread.join()

    def wait_at_most(self, timeout: float) -> None:
        """Wait for its end, for at most this many seconds."""
        self._thread.join(timeout)

    @property
    def has_ended(self) -> bool:
        return not self._thread.is_alive()

    def ended(self) -> float:
        """Return when it ended, by ``time.monotonic``."""
        self._thread.join()
        return self._ended

    def _run(self) -> None:
        try:
            self._value.append(self._work())
        except BaseException as error:  # pylint: disable=broad-exception-caught
            self._error = error
        self._ended = time.monotonic()


def attended(work: Callable[[], T]) -> T:
    """Return the result of work that may take long, or raise its error.

    Raise SystemExit if the caller is gone; the work then ends with the process.
    """
    background = Background(work)
    while not background.has_ended:
        background.wait_at_most(_CHECK_INTERVAL)
        leave_if_gone()
    return background.result()
