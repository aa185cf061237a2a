# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets a program end with the process that started it, even if that one is killed."""

from __future__ import annotations

import sys

#: From <sys/prctl.h>. Only on Linux.
PR_SET_PDEATHSIG = 1


def request_signal_at_its_end(number: int) -> None:
    """Let the kernel send this process a signal when its parent ends. Do nothing outside Linux."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(number))
