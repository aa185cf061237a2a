# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the log of one container from a cursor on."""

from __future__ import annotations

import itertools
from collections import deque
from typing import Deque, Iterable, Iterator, NamedTuple, Pattern

from ....common.dataclass import dataclass
from ....common.time_limit import matching_limit
from ....host.caller_watch import leave_if_gone
from ..engine import Engine
from .cursor import Cursor, Tracker
from .frames import Line, lines
from .times import SECOND, parameter

#: How many more messages than lines are requested: long lines consist of several messages.
_EXTRA = 64
#: The same when searching for the line of a cursor among the last lines.
_EXPECTED = 256
#: The number of lines after which to check whether the caller still waits.
_OFTEN = 1000
#: The limit for matching lines that are kept until the last ones are known, in bytes.
_MOST_KEPT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Asked:
    """The requested lines. since, until: times in nanoseconds; 0 for any. tail: how many of the
    last lines; None for all.

    pattern: must match in the line. follow: whether lines without a line break are left for later.
    """

    since: int = 0
    until: int = 0
    tail: int | None = None
    pattern: Pattern[str] | None = None
    follow: bool = False


class Read(NamedTuple):
    """A line, the cursor after it, and whether it is requested and was not read before."""

    line: Line
    cursor: Cursor
    is_asked_for: bool


@dataclass(frozen=True)
class Log:
    """The log of a container. is_running: whether its last line may be continued."""

    engine: Engine
    container_id: str
    has_terminal: bool
    is_running: bool

    def first(self, asked: Asked) -> Iterator[Read]:
        """Yield the requested lines of a first call, without a cursor."""
        if asked.tail is None or asked.pattern is not None or self.engine.is_podman:
            found = _tracked(self._since(asked), Tracker(asked.since), asked)
            return found if asked.tail is None else _last(found, asked.tail)
        return self._tail(asked, asked.tail)

    def _since(self, asked: Asked) -> Iterator[Line]:
        params = {"since": parameter(asked.since)} if asked.since else {}
        return (line for line in self._lines(params, asked) if line.time >= asked.since)

    def _tail(self, asked: Asked, tail: int) -> Iterator[Read]:
        """Yield the last lines. The engine counts messages, and may return a part of a line."""
        wanted = tail + _EXTRA
        params = {"since": parameter(asked.since)} if asked.since else {}
        found = [
            line
            for line in self._lines({**params, "tail": str(wanted)}, asked)
            if line.time >= asked.since
        ]
        is_all = sum(line.parts for line in found) < wanted
        tracker = Tracker(asked.since if is_all else found[0].time)
        reads = list(_tracked(found, tracker, asked))
        for number, read in enumerate(reads, 1):
            yield read if number > len(reads) - tail else read._replace(is_asked_for=False)

    def further(self, cursor: Cursor, asked: Asked) -> Iterator[Read]:
        """Yield the lines after a cursor."""
        params = {"since": parameter(cursor.anchor)} if cursor.anchor else {}
        if cursor.is_line:
            # Usually it is among the last lines; the whole log may be very long.
            for attempt in ({**params, "tail": str(cursor.read + _EXPECTED)}, params):
                found = self._lines(attempt, asked)
                first = next((line for line in found if line.time >= cursor.anchor), None)
                if first is not None and first.time == cursor.anchor:
                    yield from _after(cursor, itertools.chain([first], found), asked)
                    return
            if first is not None:  # The engine has deleted the oldest lines.
                yield from _newer(cursor, itertools.chain([first], found), asked)
            return
        yield from _after(cursor, self._lines(params, asked), asked)

    def _lines(self, params: dict[str, str], asked: Asked) -> Iterator[Line]:
        if self.engine.is_podman:
            # It counts parts of lines as lines, and shows times in whole seconds.
            params = {name: value for name, value in params.items() if name == "since"}
            if "since" in params:
                since = int(params["since"].partition(".")[0])
                params["since"] = parameter(max(0, since - 1) * SECOND)
        elif asked.until:
            params = {**params, "until": parameter(asked.until)}
        found = lines(self.engine.log(self.container_id, params), self.has_terminal)
        for number, line in enumerate(found):
            if number % _OFTEN == 0:
                leave_if_gone()
            if not (line.is_open and asked.follow and self.is_running):
                yield line


def _tracked(found: Iterable[Line], tracker: Tracker, asked: Asked) -> Iterator[Read]:
    """Yield each line, with whether it is requested: the others also move the cursor."""
    for line in found:
        yield Read(line, tracker.add(line.time), _is_asked_for(line, asked))


def _last(found: Iterable[Read], number: int) -> Iterator[Read]:
    """Yield the last lines that are asked for, and what comes after the last one of them."""
    last: Deque[Read] = deque()
    dropped: Read | None = None
    size = asked_for = 0
    for read in found:
        last.append(read)
        size += len(read.line.text)
        asked_for += read.is_asked_for
        while last and (
            asked_for > number or size > _MOST_KEPT or not (last[0].is_asked_for or len(last) == 1)
        ):
            dropped = last.popleft()
            size -= len(dropped.line.text)
            asked_for -= dropped.is_asked_for
    if not last and dropped is not None:
        yield dropped._replace(is_asked_for=False)
    while last:
        yield last.popleft()


def _after(cursor: Cursor, found: Iterable[Line], asked: Asked) -> Iterator[Read]:
    """Yield the lines that a cursor has not counted."""
    tracker = Tracker(cursor.anchor)
    number = 0
    for line in found:
        if line.time < cursor.anchor:
            continue
        after = tracker.add(line.time)
        number += 1
        yield Read(line, after, number > cursor.read and _is_asked_for(line, asked))


def _newer(cursor: Cursor, found: Iterable[Line], asked: Asked) -> Iterator[Read]:
    """Yield the lines that are newer than all before."""
    tracker = Tracker(cursor.anchor)
    for line in found:
        if line.time >= cursor.anchor:
            after = tracker.add(line.time)
            is_newer = line.time > cursor.newest
            yield Read(line, after, is_newer and _is_asked_for(line, asked))


def _is_asked_for(line: Line, asked: Asked) -> bool:
    if asked.until and line.time > asked.until:
        return False
    if asked.pattern is None:
        return True
    with matching_limit("grep"):
        return bool(asked.pattern.search(line.text.decode("utf-8", "backslashreplace")))
