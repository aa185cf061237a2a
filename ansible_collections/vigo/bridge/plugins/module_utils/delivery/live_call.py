# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A call of a module that returns several results, one after the other, over one connection.

Each result is a line of output. The caller requests the next one with a line break, so only one is
in transit, and a request shows that the previous result has arrived. The module ends when its input
ends, or when no result is requested for 30 seconds, because the connection was lost or the caller
is suspended. So no process stays on a target without its caller.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from typing import Any, Iterator, Mapping

from ..host.caller_watch import watch_input
from .bundled_module import CALL

#: The argument that starts such a call.
LIVE = "_live"
#: The line with which the caller requests the next result.
NEXT = b"\n"
#: The exit status of a module whose caller is gone. The shell that has started it then stops
#: reading the input, which may never end.
LEFT = 97
#: How long to wait for a request, in seconds.
_PATIENCE = 30


class LiveCaller:
    """The caller of a module, who has passed the argument `LIVE`. call: identifies the call."""

    def __init__(self, call: Mapping[str, Any]) -> None:
        watch_input()
        self._call = dict(call)

    def give(self, result: Mapping[str, Any]) -> None:
        """Send a result, and wait until the next one is requested.

        Raise SystemExit if the caller is gone.
        """
        whole = {"invocation": {"module_args": {CALL: self._call}}, **result}
        with _time_limit():
            try:
                sys.stdout.write(f"{json.dumps(whole)}\n")
                sys.stdout.flush()
                is_requested = os.read(sys.stdin.fileno(), len(NEXT)) == NEXT
            except OSError:
                is_requested = False
        if not is_requested:
            raise SystemExit(LEFT)


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """End this process if the code inside takes too long."""
    former = signal.signal(signal.SIGALRM, lambda *_: os._exit(LEFT))
    signal.alarm(_PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)
