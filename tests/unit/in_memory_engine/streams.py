# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses of an engine in lines: events, and the progress of a pull."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator


class Stream:
    """Lines until somebody closes it, or all that there are."""

    status_code = 200

    def __init__(self, lines: list[bytes] | None = None) -> None:
        self._lines = deque(lines or [])
        self._ends = lines is not None
        self._changed = threading.Condition()
        self._unread = len(self._lines)
        self._closed = False

    def put(self, line: bytes) -> None:
        with self._changed:
            self._lines.append(line)
            self._unread += 1
            self._changed.notify_all()

    def read(self) -> None:
        """Wait until its reader has received every line."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._unread)

    def iter_lines(self) -> Iterator[bytes]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._lines or self._ends)
                if self._closed or not self._lines:
                    return
                line = self._lines.popleft()
            yield line
            with self._changed:
                self._unread -= 1
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
