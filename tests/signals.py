# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals that a shell has the tests ignore."""

from __future__ import annotations

import signal


def receive() -> None:
    """Receive SIGINT and SIGQUIT, and let the programs that tests start receive them.

    A shell starts programs in the background with both ignored, and they inherit that.
    """
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGQUIT, signal.SIG_DFL),
    ):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, usual)
