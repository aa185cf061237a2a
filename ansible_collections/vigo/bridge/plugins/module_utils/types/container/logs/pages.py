# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the logs of all containers that a call selects, in order of time, page by page."""

from __future__ import annotations

import heapq
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping

from ....common.dataclass import dataclass, field
from ....engine.connection import Refused
from ..engine import Engine
from ..owners import Owners, is_proven
from .cursor import Cursor, cursor_of
from .frames import Line
from .log import Asked, Log, Read

#: The size of a line in addition to its text, in bytes.
_LINE_COST = 64
#: Containers in these states write nothing more.
_ENDED = ("created", "exited", "dead", "removing", "initialized", "configured", "stopped")
#: The engine no longer has it, or is removing it.
_GONE = (404, 409)


@dataclass
class Source:
    """A container that is read. resource: the ID of the one that it belongs to; may be empty.

    has_terminal: None if not known yet. cursor: None if only its last lines are asked for.
    finished: when it ended, if its log was read to the end since. is_unreadable: whether that was
    reported.
    """

    engine: Engine
    id: str
    name: str
    resource: str
    is_running: bool
    has_terminal: bool | None = None
    cursor: Cursor | None = None
    finished: str = ""
    is_unreadable: bool = False

    def as_value(self) -> dict[str, Any]:
        """Return its state for the next call."""
        value: dict[str, Any] = {"at": None if self.cursor is None else list(self.cursor)}
        others = {
            "terminal": self.has_terminal,
            "finished": self.finished,
            "unreadable": self.is_unreadable,
        }
        return {**value, **{name: item for name, item in others.items() if item}}

    def know(self, value: Mapping[str, Any]) -> None:
        """Restore the state of an earlier call. Raise ValueError."""
        self.cursor = None if value.get("at") is None else cursor_of(value["at"])
        self.has_terminal = bool(value.get("terminal"))
        self.finished = str(value.get("finished") or "")
        self.is_unreadable = bool(value.get("unreadable"))


@dataclass
class Page:
    """lines: in order of time. more: whether more lines are already available."""

    lines: List["tuple[Source, Line]"] = field(default_factory=list)
    problems: Dict[str, str] = field(default_factory=dict)
    more: bool = False


def sources(
    engine: Engine,
    is_chosen: Callable[[str, str], bool],
    whose: Owners | None,
    known: Mapping[str, Any],
) -> list[Source]:
    """Return the containers to be read, by name.

    is_chosen: whether a container of this name and resource is. whose: all others than this
    stack's are left out; None if they are chosen by name. known: by ID, see `Source.as_value`.
    """
    found = []
    for entry in engine.all_containers():
        identity, labels = entry["Id"], entry.get("Labels") or {}
        name = (entry.get("Names") or [""])[0].lstrip("/")
        owner = whose.owner(identity, labels) if whose else None
        if whose and not whose.owns(identity, labels):
            continue
        resource = owner.resource if owner else ""
        if not is_chosen(name, resource):
            continue
        if whose and identity not in known and not is_proven(engine, identity, whose):
            continue
        state = str(entry.get("State") or "").lower()
        found.append(Source(engine, identity, name, resource, state not in _ENDED))
    return sorted(found, key=lambda source: source.name)


def read_page(found: Iterable[Source], asked: Asked, budget: int) -> Page:
    """Read the lines that are new, as many as fit, and move the cursors of their sources.

    budget: in bytes; at least one line is read.
    """
    page = Page()
    streams = [_marked(source, asked, page) for source in found]
    for source, read in heapq.merge(*streams, key=lambda item: item[1].line.time):
        if page.lines and budget <= 0:
            page.more = True
            break
        page.lines.append((source, read.line))
        source.cursor = read.cursor
        budget -= len(read.line.text) + _LINE_COST
    for stream in streams:
        stream.close()
    return page


def _marked(source: Source, asked: Asked, page: Page) -> Any:
    """Yield what is new of a source, and move its cursor to the end when that is reached."""
    end = source.cursor or Cursor()
    try:
        finished = _inspect(source)
        if finished and finished == source.finished:
            return
        for read in _new(source, asked):
            end = read.cursor
            if read.is_asked_for:
                yield source, read
    except Refused as error:
        if error.code not in _GONE and not source.is_unreadable:
            source.is_unreadable = True
            page.problems[source.name] = error.said
        return
    source.cursor = end
    source.finished = finished


def _inspect(source: Source) -> str:
    """Find out whether a container has a terminal; return when it ended, if it has ended."""
    if source.is_running and source.has_terminal is not None:
        return ""
    found = source.engine.raw_container(source.id) or {}
    source.has_terminal = bool((found.get("Config") or {}).get("Tty"))
    state = found.get("State") or {}
    source.is_running = str(state.get("Status") or "").lower() not in _ENDED
    return "" if source.is_running else str(state.get("FinishedAt") or "never")


def _new(source: Source, asked: Asked) -> Iterator[Read]:
    log = Log(source.engine, source.id, bool(source.has_terminal), source.is_running)
    if source.cursor is None:
        return log.first(asked)
    return log.further(source.cursor, asked)
