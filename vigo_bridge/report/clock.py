# SPDX-License-Identifier: GPL-3.0-or-later
"""Records when each batch and each host of a rollout began and ended, by the controller's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import EnvoyResult
from vigo_bridge.run.watcher import Watcher


@dataclass(frozen=True)
class Span:
    """Seconds since the rollout began."""

    start: float
    end: float


@dataclass
class Clock:
    """The times of a rollout in progress. now: seconds of a monotonic clock.

    batches: in their order. hosts: those with a result.
    """

    now: Callable[[], float] = time.monotonic
    batches: list[Span] = field(default_factory=list)
    hosts: dict[str, Span] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._zero = self.now()
        self._begun: dict[str, float] = {}

    def watching(self, watcher: Watcher) -> Watcher:
        """Return a watcher that also records times."""
        return _Noting(self, watcher)

    def batch(self) -> None:
        self._begun.clear()
        self.batches.append(Span(self._since(), self._since()))

    def host(self, host: str, has_ended: bool) -> None:
        if not has_ended:
            self._begun.setdefault(host, self._since())
        elif self.batches:
            start = self._begun.get(host, self.batches[-1].start)
            self.hosts[host] = Span(start, self._since())

    def batch_ended(self) -> None:
        """Record the end of a batch with its gates."""
        if self.batches:
            self.batches[-1] = Span(self.batches[-1].start, self._since())

    def _since(self) -> float:
        return self.now() - self._zero


class _Noting:
    def __init__(self, clock: Clock, watcher: Watcher) -> None:
        self._clock = clock
        self._watcher = watcher

    def batch(self, batch: Batch) -> None:
        self._clock.batch()
        self._watcher.batch(batch)

    def host(self, host: str, envoy: EnvoyResult | None) -> None:
        self._clock.host(host, envoy is not None)
        self._watcher.host(host, envoy)

    def say(self, text: str) -> None:
        self._watcher.say(text)

    def asking(self) -> AbstractContextManager[None]:
        return self._watcher.asking()
