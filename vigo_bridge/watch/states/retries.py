# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides when a failed repair is retried: after 1, 2, 4, ... turns, but within an hour. Pure.

Turns are counted instead of time, so that a clock that jumps changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

#: Seconds between two attempts, at most.
LONGEST_WAIT = 3600.0
#: Of doublings: more would not fit a state file.
_MOST = 30


@dataclass(frozen=True)
class Retry:
    """The repairs of one host that failed in a row.

    failures: how many; 0 if the last one succeeded. wait: turns before the next attempt. of: what
    failed; for anything else there is no wait.
    """

    failures: int = 0
    wait: int = 0
    of: str = ""

    def is_due(self, of: str) -> bool:
        """Return whether a repair may be tried in this turn."""
        return self.wait == 0 or self.of != of

    def passed(self) -> Retry:
        """Return the same after a turn without an attempt."""
        return replace(self, wait=max(0, self.wait - 1))

    def failed(self, of: str, interval: float) -> Retry:
        """Return the same after an attempt that failed. interval: seconds between two turns."""
        failures = self.failures + 1 if self.of == of else 1
        longest = max(0, int(LONGEST_WAIT // max(interval, 1)) - 1)
        return Retry(failures, min(2 ** min(failures - 1, _MOST) - 1, longest), of)


#: After a repair that succeeded, and before the first one.
NOTHING_FAILED = Retry()


def repair_key(stack: str, resources: Iterable[str]) -> str:
    """Return what a repair is of: files of a stack, and the resources that differ or fail."""
    return " ".join([stack, *sorted(resources)])
