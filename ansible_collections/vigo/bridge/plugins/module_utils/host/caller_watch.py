# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watches the caller of this module: a signal from it, or a lost connection, ends the work.

Commands that were started are stopped, too. If the connection is lost while an engine makes a
change, this change is finished first, so that no service stays stopped.
"""

from __future__ import annotations

import contextlib
import select
import signal
from typing import Iterator

_STANDARD_INPUT, _STANDARD_OUTPUT = 0, 1
_GONE = select.POLLERR | select.POLLHUP
#: What each descriptor shows when the caller has gone.
_watched: dict[int, int] = {}


class _Signals:
    """held: how many blocks must not be interrupted now. pending: signals that arrived in the
    meantime.
    """

    held = 0
    pending = 0

    def leave(self, number: int, frame: object) -> None:
        if not self.held:
            raise SystemExit(128 + number)
        self.pending = number


_SIGNALS = _Signals()


def end_with_caller() -> None:
    """Handle SIGTERM and SIGHUP by ending this process, and enable ``leave_if_gone``."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _SIGNALS.leave)
    _watched[_STANDARD_OUTPUT] = _GONE


def watch_input() -> None:
    """Let the end of the input, or input that was not requested, count as the end of the caller."""
    _watched[_STANDARD_INPUT] = _GONE | select.POLLIN


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Delay a signal that arrives in the block until the end of the block."""
    _SIGNALS.held += 1
    try:
        yield
    finally:
        _SIGNALS.held -= 1
    if _SIGNALS.pending and not _SIGNALS.held:
        raise SystemExit(128 + _SIGNALS.pending)


def leave_if_gone() -> None:
    """Raise SystemExit if the caller is gone, so that nothing would read the result."""
    poll = select.poll()
    for descriptor, events in _watched.items():
        poll.register(descriptor, events & ~_GONE)  # errors and hang-ups are always reported
    if any(event & _watched[descriptor] for descriptor, event in poll.poll(0)):
        raise SystemExit(128 + signal.SIGHUP)
