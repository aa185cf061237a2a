# SPDX-License-Identifier: GPL-3.0-or-later
"""Estimates the error of a host's clock, compared with ours. Pure."""

from __future__ import annotations


class HostClock:
    """The clock of one host. correction: what to add to its times, in nanoseconds; it never
    decreases, so that the order of the host's lines stays.

    A host returns its time with each answer. It was read between our request and the arrival of the
    answer. Only a time outside of this interval is certainly wrong, and is corrected.
    """

    def __init__(self) -> None:
        self.correction = 0
        self._between: tuple[int, int] | None = None

    def compare(self, now: int, asked: int, received: int) -> None:
        """Use an answer. now: the host's time. asked, received: ours."""
        least, most = asked - now, received - now
        is_first = self._between is None
        if self._between is not None:
            narrower = max(least, self._between[0]), min(most, self._between[1])
            if narrower[0] <= narrower[1]:  # Otherwise the clock was set in the meantime.
                least, most = narrower
        self._between = least, most
        needed = min(max(least, 0), most)
        self.correction = needed if is_first else max(self.correction, needed)
