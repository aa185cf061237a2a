# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until hosts that were just started have nothing to do any more."""

from __future__ import annotations

import time
from pathlib import Path

from tests.testbed.common import say

_STEP = 2.0
_STEPS = 3
#: The share of all processors that may be in use on a quiet machine.
_BUSY = 0.05


def wait_until_quiet(limit: float = 180.0) -> None:
    """Return when the processors of this machine have been almost idle for some seconds, or after
    the limit, in seconds.
    """
    end, quiet = time.monotonic() + limit, 0
    while quiet < _STEPS:
        if time.monotonic() > end:
            say("this machine is still busy: the figures will not tell much")
            return
        quiet = quiet + 1 if _share_in_use() <= _BUSY else 0


def _share_in_use() -> float:
    """Return which share of the processors' time the next seconds use, from 0 to 1."""
    busy_before, all_before = _clock()
    time.sleep(_STEP)
    busy, all_of_it = _clock()
    return (busy - busy_before) / max(1, all_of_it - all_before)


def _clock() -> tuple[int, int]:
    """Return the time in use and the whole time so far, in ticks. Source: /proc/stat, proc(5)."""
    first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    user, nice, system, idle, waiting, *others = map(int, first.split()[1:9])
    whole = user + nice + system + idle + waiting + sum(others)
    return whole - idle - waiting, whole
