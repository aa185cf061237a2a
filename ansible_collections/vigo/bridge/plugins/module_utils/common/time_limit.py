# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A time limit for regular expressions of users, because some would take years for one line."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any, Iterator

from .errors import ResourceError

#: How long the patterns of one resource may take, in seconds.
LIMIT = 30.0


@contextlib.contextmanager
def matching_limit(what: str) -> Iterator[None]:
    """Interrupt the block after the limit. Raise ResourceError.

    what: the name of the patterns, for the message. Python handles signals also while it matches a
    pattern. Only the main thread can be interrupted; other threads have no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def expire(number: int, frame: Any) -> None:
        raise ResourceError(
            f"{what} did not finish within {LIMIT:g} s",
            "use a simpler regular expression, without a repetition inside a repetition such as"
            " (a+)+",
        )

    former = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
