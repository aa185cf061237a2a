# SPDX-License-Identifier: GPL-3.0-or-later
"""Merges the lines of many hosts by time, as they arrive. Pure: the caller passes the current time.

A line waits until no host can have an earlier one. While logs are followed, it does not wait for
long: an earlier line that arrives late is shown after it.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.vigo.bridge.plugins.plugin_utils.log_page import LogLine

#: The age of a line, in seconds, at which it is shown without waiting for other hosts.
LONGEST_AGE = 1.2
#: How long to wait for the first lines of all hosts, in seconds.
_LONGEST_START = 10.0
_NANO = 1e-9


@dataclass(frozen=True)
class HostLine:
    """A line of a host's container."""

    host: str
    line: LogLine


class Merger:
    """Sorts the lines of all hosts. follow: whether lines may be shown although earlier ones may
    still arrive. began: the start time, by the caller's clock.
    """

    def __init__(self, hosts: Iterable[str], follow: bool, began: float) -> None:
        self._complete: dict[str, int] = dict.fromkeys(hosts, -1)
        self._follow = follow
        self._began = began
        self._waiting: list[tuple[int, int, HostLine]] = []
        self._deadlines: list[tuple[float, int]] = []
        self._numbers = itertools.count()
        self._horizon = 0
        self._per_host: Counter[str] = Counter()
        self._ended: set[str] = set()

    def add(
        self,
        host: str,
        lines: Sequence[LogLine],
        complete_until: int,
        now: int,
        clock: float,
        correction: int,
    ) -> None:
        """Add lines of a host.

        complete_until: no further line of it is older. now: the host's time when it sent them.
        correction: what is added to the host's times to compare them with those of others.
        """
        if host not in self._ended:
            complete = complete_until + correction
            self._complete[host] = max(complete, self._complete.get(host, complete))
        for line in lines:
            time = line.time + correction
            heapq.heappush(self._waiting, (time, next(self._numbers), HostLine(host, line)))
            if self._follow:
                age = max(0.0, (now - line.time) * _NANO)
                deadline = clock + max(0.0, LONGEST_AGE - age)
                heapq.heappush(self._deadlines, (deadline, time))
        self._per_host[host] += len(lines)

    def suspend(self, host: str) -> None:
        """Do not wait for lines of a host until it sends some."""
        self._complete.pop(host, None)

    def end(self, host: str) -> None:
        """Note that no more lines of a host come."""
        self._ended.add(host)
        self._complete.pop(host, None)

    def waiting(self, host: str) -> int:
        """Return how many lines of a host were not shown yet."""
        return self._per_host[host]

    def ready(self, clock: float) -> list[HostLine]:
        """Return the lines that can be shown now, in order of time."""
        if self._complete:
            complete = min(self._complete.values())
        else:
            complete = max((time for time, *_line in self._waiting), default=self._horizon)
        self._horizon = max(self._horizon, complete)
        if self._follow and self._has_started(clock):
            while self._deadlines and self._deadlines[0][0] <= clock:
                self._horizon = max(self._horizon, heapq.heappop(self._deadlines)[1])
        found = []
        while self._waiting and self._waiting[0][0] <= self._horizon:
            found.append(heapq.heappop(self._waiting)[2])
        self._per_host.subtract(each.host for each in found)
        return found

    def _has_started(self, clock: float) -> bool:
        """Return whether each host has sent its first lines, or the time for that is over."""
        return clock - self._began >= _LONGEST_START or -1 not in self._complete.values()
