# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program with the user's own terminal."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence

from vigo_bridge.failures import Failure


def run_in_terminal(words: Sequence[str]) -> int:
    """Run a program until it ends, and return its exit code. Raise Failure if it does not start."""
    # Ctrl-C is for the program. A handler, unlike SIG_IGN, is not passed on to it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.call(list(words))
    except OSError as error:
        raise Failure(f"{words[0]} cannot be started: {error.strerror}; install it") from error
    finally:
        signal.signal(signal.SIGINT, before)
