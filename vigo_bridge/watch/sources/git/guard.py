# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program that connects to a server, and ends it with all that it has started when its
caller ends for any reason.

It is a program itself, and the leader of a process group: the kernel can notify only a child of
the caller, but children of git make the connection.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from vigo_bridge.parent_process import request_signal_at_its_end

#: Seconds in which programs can remove their temporary files.
GRACE = 3


def guarded(command: Sequence[str]) -> list[str]:
    """Return the command that runs another one in this way. Start it in a session of its own."""
    return [sys.executable, "-P", __file__, str(os.getpid()), *command]


def main() -> None:
    """Run such a command."""
    caller, *command = sys.argv[1:]
    signal.signal(signal.SIGALRM, _kill)
    signal.signal(signal.SIGTERM, _end)
    request_signal_at_its_end(signal.SIGTERM)
    if os.getppid() != int(caller):
        sys.exit(1)
    try:
        status = subprocess.Popen(command).wait()
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")
    if signal.getsignal(signal.SIGTERM) == signal.SIG_IGN:
        _kill()  # Others of the group may still be running.
    sys.exit(status if status >= 0 else 128 - status)


def _end(*_: object) -> None:
    """End the group: at first with SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.alarm(GRACE)
    os.killpg(0, signal.SIGTERM)


def _kill(*_: object) -> None:
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
