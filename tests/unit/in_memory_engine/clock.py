# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated clock, which advances only when code waits."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from typing import Any

from tests.unit.in_memory_engine.numbers import Numbers

#: The shortest wait in seconds; a shorter one would be lost in the rounding of a late time.
_SHORTEST = 1e-6


class Clock:
    """What is due happens in its order while somebody waits. lock: held while something happens.

    A copy has a lock of its own.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._now = 0.0
        self._due: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []
        self._numbers = Numbers()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, lock=threading.RLock())

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        """Wait in full."""
        until = self._now + seconds
        while self._now < until:
            self.step(until - self._now)

    def step(self, seconds: float) -> None:
        """Wait until something happens, at most so long."""
        with self.lock:
            until = self._now + max(_SHORTEST, seconds)
            if self._due and self._due[0][0] <= until:
                self._now, _number, happen, arguments = heapq.heappop(self._due)
                happen(*arguments)
            else:
                self._now = until

    def later(self, seconds: float, happen: Callable[..., Any], *arguments: Any) -> None:
        with self.lock:
            due = (self._now + seconds, next(self._numbers), happen, arguments)
            heapq.heappush(self._due, due)
