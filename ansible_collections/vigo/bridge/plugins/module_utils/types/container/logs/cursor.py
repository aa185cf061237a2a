# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Positions in logs, from which the next call continues. Pure.

Lines of one container are in the order in which the engine wrote them. Their times are nearly in
order: standard output and standard error are stamped before they wait for each other. So a cursor
is the time of a line that is a little older than the last one read, which all lines before it are
older than, and how many lines from there on, of that time or a later one, have been read.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .times import SECOND

#: How long lines may take to be written after they were stamped.
_MARGIN = SECOND


class Cursor(NamedTuple):
    """anchor: a time in nanoseconds. read: the number of lines since then that were read.

    newest: the time of the latest one. is_line: whether the anchor is the time of a line that all
    lines before it are older than; otherwise it is where reading has begun.
    """

    anchor: int = 0
    read: int = 0
    newest: int = 0
    is_line: bool = False


class Tracker:
    """Follows the lines of a log. begin: all lines since then are added, in their order."""

    def __init__(self, begin: int = 0) -> None:
        #: The cursor after the lines so far.
        self.cursor = Cursor(begin)
        self._next: Cursor | None = None

    def add(self, time: int) -> Cursor:
        """Add the next line, and return the cursor after it."""
        is_latest = self._next is None or time > self.cursor.newest
        self.cursor = _with(self.cursor, time)
        if self._next is None:
            self._next = Cursor(time, 1, time, is_line=True)
            return self.cursor
        self._next = _with(self._next, time)
        if is_latest and time - self._next.anchor >= _MARGIN:
            self.cursor, self._next = self._next, Cursor(time, 1, time, is_line=True)
        return self.cursor


def _with(cursor: Cursor, time: int) -> Cursor:
    """Return a cursor after one more line."""
    counted = 1 if time >= cursor.anchor else 0
    return cursor._replace(read=cursor.read + counted, newest=max(cursor.newest, time))


def cursor_of(value: Any) -> Cursor:
    """Return a cursor from its JSON value. Raise ValueError."""
    is_list = isinstance(value, (list, tuple)) and len(value) == len(Cursor._fields)
    if is_list and all(isinstance(item, int) and item >= 0 for item in value):
        anchor, read, newest, is_line = value
        return Cursor(anchor, read, newest, bool(is_line))
    raise ValueError(f"{value!r:.100} is not a cursor")
