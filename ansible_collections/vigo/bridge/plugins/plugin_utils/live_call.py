# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that runs a module on a target, and passes on its results while it runs.

See ``module_utils/delivery/live_call.py`` for what happens there. The program ends when its input
ends, so also when this process is killed.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import time
from typing import IO, Any, Iterator, Sequence, cast

from ..module_utils.delivery.live_call import NEXT
from .module_answer import answer_of

_CHUNK = 1024 * 1024
#: The longest line that is read, in bytes.
_LONGEST = 64 * 1024 * 1024


class LiveCall:
    """A call that returns several results. call: what identifies it in each result."""

    def __init__(self, command: Sequence[str], given: bytes, call: str) -> None:
        self._call = call
        self._request = given
        self._read = bytearray()
        # Its errors are not needed: an ordinary call finds the reason and reports it.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._input: IO[bytes] = cast(Any, self._process.stdin)
        self._output: IO[bytes] = cast(Any, self._process.stdout)

    def next(self, limit: float) -> dict[str, Any] | None:
        """Request a result and return it; None if the call has ended.

        limit: how many seconds without a result mean that it has.
        """
        try:
            self._input.write(self._request)
            self._input.flush()
        except OSError:
            return None
        self._request = NEXT
        for line in self._lines(time.monotonic() + limit):
            answer = answer_of(line.decode("utf-8", "replace").strip(), self._call)
            if answer is not None:
                return answer
        return None

    def close(self) -> None:
        """End the program, and with it the module."""
        with contextlib.suppress(OSError):
            self._input.close()
        self._output.close()
        self._process.kill()
        self._process.wait()

    def _lines(self, deadline: float) -> Iterator[bytes]:
        """Yield lines of output until its end or the deadline."""
        descriptor = self._output.fileno()
        searched = 0
        with selectors.DefaultSelector() as ready:
            ready.register(descriptor, selectors.EVENT_READ)
            while len(self._read) <= _LONGEST:
                end = self._read.find(b"\n", searched)
                if end >= 0:
                    line = bytes(self._read[:end])
                    del self._read[: end + 1]
                    searched = 0
                    yield line
                    continue
                searched = len(self._read)
                if not ready.select(max(0.0, deadline - time.monotonic())):
                    return
                chunk = os.read(descriptor, _CHUNK)
                if not chunk:
                    return
                self._read += chunk
