# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills the process that it is called in, at a chosen one of its next steps."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

#: The audit events that touch files or start processes; Python reports them before they happen.
_STEPS = ("open", "os.", "fcntl.", "subprocess.", "shutil.", "tempfile.", "ctypes.")


def in_a_child(work: Callable[[], object]) -> int:
    """Run it in a forked process; return its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def kill_at_event(number: int, before: Callable[[], object] = lambda: None) -> None:
    """Kill this process right before the step of that number, counted from 0.

    For forked children. before: is called then.
    """
    left = number

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event.startswith(_STEPS):
            left -= 1
            if left == -1:  # os.kill is such an event itself
                before()
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(audit)
