# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the logs of a stack's containers on this machine, from where the last call ended."""

from __future__ import annotations

import base64
import json
import re
import time
import zlib
from typing import Any, Callable, Mapping, NoReturn

from ..common import durations
from ..common.dataclass import dataclass
from ..common.errors import ResourceError
from ..engine.address import address
from ..host import private_files
from ..host.caller_watch import leave_if_gone
from ..state import log_readers
from ..state.owners_file import OwnersFile
from ..state.state_folder import StateFolder
from ..types.container.engine import Engine
from ..types.container.logs import times
from ..types.container.logs.cursor import Cursor
from ..types.container.logs.log import Asked
from ..types.container.logs.pages import Page, Source, read_page, sources
from ..types.container.owners import Owners
from ..types.target import Target
from .described import described
from .engine_addresses import engine_addresses
from .run import check_options, stack_of
from .selection import names

#: Seconds between two checks for new lines, which delays them for readers that follow.
INTERVAL = 0.4
#: Seconds between two notes that a reader is up to date while there are no lines.
_IDLE = 1.0
_TICK = 0.1
#: Nanoseconds that an engine may take from a line's time until the line can be read.
_DELAY = times.SECOND // 10
_PAGE = 1024 * 1024
#: The argument with which the action plugin gets the result as one text: Ansible is slow with many
#: texts.
PACKED = "_packed"
#: The version of what `cursor` contains.
_VERSION = 1


@dataclass
class Found:
    """What a call returns.

    complete_until: up to this time, in nanoseconds, no further line will come. cursor: where the
    next call continues.
    """

    page: Page
    now: int
    complete_until: int
    cursor: Mapping[str, Any]


def read_logs(
    arguments: Mapping[str, Any],
    target: Target,
    prepare: Callable[[str], None] = lambda address: None,
) -> Found:
    """Return the requested lines of all containers, in order of time.

    arguments: as the module vigo.bridge.container_logs documents them. prepare: called with each
    engine's address before it is used. Raise ResourceError.
    """
    check_options(arguments)
    reading = _Reading(arguments, target, prepare)
    reading.announce()
    return reading.awaited(float(arguments.get("wait") or 0))


def follow_logs(
    arguments: Mapping[str, Any],
    target: Target,
    prepare: Callable[[str], None],
    deliver: Callable[[Found], None],
) -> NoReturn:
    """Do what repeated calls of `read_logs` do, until the caller ends.

    deliver: called with each result; it returns when the result has arrived, and raises SystemExit
    when the caller is gone. Raise ResourceError.
    """
    check_options(arguments)
    reading = _Reading(arguments, target, prepare)
    while True:
        reading.announce()
        began = time.monotonic()
        found = reading.awaited(float(arguments.get("wait") or 0))
        deliver(found)
        reading.arrived(found)
        if not found.page.more:
            _pause(began + INTERVAL - time.monotonic())


def packed(found: Found) -> str:
    """Return a result as one text, which the action plugin unpacks."""
    lines = [
        [
            line.time,
            source.name,
            source.resource,
            line.stream,
            line.text.decode("utf-8", "surrogateescape"),
            line.is_cut,
        ]
        for source, line in found.page.lines
    ]
    content = {
        "lines": lines,
        "problems": found.page.problems,
        "more": found.page.more,
        "now": found.now,
        "complete_until": found.complete_until,
        "cursor": found.cursor,
    }
    return base64.b64encode(zlib.compress(json.dumps(content).encode(), 1)).decode()


def _pause(seconds: float) -> None:
    """Sleep, unless the caller no longer waits for the result."""
    end = time.monotonic() + seconds
    while True:
        leave_if_gone()
        left = end - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(_TICK, left))


class _Reading:
    """One call, which may check for new lines several times."""

    def __init__(
        self, arguments: Mapping[str, Any], target: Target, prepare: Callable[[str], None]
    ) -> None:
        self._asked = _asked(arguments)
        self._only = tuple(arguments.get("only") or ())
        self._names = frozenset(arguments.get("containers") or ())
        self._limit = int(arguments.get("limit") or _PAGE)
        known = _known(arguments.get("cursor"))
        self._has_begun = known is not None
        self._engines: dict[str, bool] = {}
        self._known: dict[str, Any] = {}
        self._announces = bool(arguments.get("wait")) and not target.check_mode
        self._announced = 0.0
        self._name, self._arrived = log_readers.new_name(), 0
        if known is not None:
            self._engines, self._known, self._name, self._arrived = known
        path = arguments.get("state_dir") or private_files.default_folder()
        self._folder = StateFolder(path, check_mode=True, note=target.note)
        self._stack = None if self._names else stack_of(arguments)
        if not self._has_begun:
            self._engines = self._addresses(arguments, target)
        for host in self._engines:
            prepare(host)
        self._connections: dict[str, Engine] = {}
        self._target = target
        self._states: frozenset[tuple[str, str, bool]] | None = None
        #: Whether a container has started, ended, or got another name since the call began.
        self.has_changed = False

    def announce(self) -> None:
        """Record which lines have arrived, for those who want to remove a container."""
        if self._announces:
            self._announced = time.monotonic()
            log_readers.announce(self._name, self._arrived)

    def _addresses(self, arguments: Mapping[str, Any], target: Target) -> dict[str, bool]:
        if self._stack is None:
            return {address(str(arguments.get("docker_host") or "")): True}
        wanted = described({**arguments, "only": ()}, target)
        return engine_addresses(wanted, OwnersFile.load(self._folder), self._stack)

    def arrived(self, found: Found) -> None:
        """Take note that the lines of a look have arrived."""
        self._arrived = found.cursor["looked"]

    def awaited(self, wait: float) -> Found:
        """Return what is new, for which it waits. wait: in seconds."""
        deadline = time.monotonic() + wait
        while True:
            found = self.read()
            has_news = found.page.lines or found.page.problems or self.has_changed
            if has_news or time.monotonic() >= deadline:
                return found
            self.arrived(found)
            if time.monotonic() - self._announced >= _IDLE:
                self.announce()
            _pause(INTERVAL)

    def read(self) -> Found:
        """Look at the logs once."""
        now = time.time_ns()
        whose = None
        if self._stack is not None:
            whose = Owners(self._stack, OwnersFile.load(self._folder), frozenset())
        found: list[Source] = []
        for host, is_used in list(self._engines.items()):
            try:
                found += self._sources(host, whose)
            except ResourceError as error:
                if is_used or len(self._engines) == 1:
                    raise
                self._target.note(f"cannot read logs at {host}: {error.message}")
                del self._engines[host]
        states = frozenset((source.id, source.name, source.is_running) for source in found)
        self.has_changed = self._states not in (None, states)
        self._states = states
        page = read_page(found, self._asked, self._limit)
        self._known = {source.id: source.as_value() for source in found}
        self._has_begun = True
        complete = now - _DELAY
        if page.more:
            complete = page.lines[-1][1].time
        cursor = {
            "version": _VERSION,
            "engines": self._engines,
            "containers": self._known,
            "reader": self._name,
            "looked": 0 if page.more else now,
        }
        return Found(page, time.time_ns(), complete, cursor)

    def _sources(self, host: str, whose: Owners | None) -> list[Source]:
        if host not in self._connections:
            self._connections[host] = Engine(host)
        found = sources(self._connections[host], self._is_chosen, whose, self._known)
        for source in found:
            if source.id in self._known:
                source.know(self._known[source.id])
            elif self._has_begun:
                source.cursor = Cursor()
        return found

    def _is_chosen(self, name: str, resource: str) -> bool:
        if self._names:
            return name in self._names
        return not self._only or any(names(selector, resource) for selector in self._only)


def _known(cursor: Any) -> tuple[dict[str, bool], dict[str, Any], str, int] | None:
    """Return what a cursor contains: engines, containers, the name of the reader, and the time of
    the last look; None without a cursor.
    """
    if not cursor:
        return None
    try:
        engines, containers = dict(cursor["engines"]), dict(cursor["containers"])
        name, looked = str(cursor["reader"]), int(cursor["looked"])
        for value in containers.values():
            Source(None, "", "", "", False).know(value)  # type: ignore[arg-type]
        if cursor["version"] != _VERSION:
            raise ValueError("another version")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ResourceError(
            f"cursor: not a cursor of this version ({error})", "pass RV(cursor) of the last result"
        ) from error
    return engines, containers, name, looked


def _asked(arguments: Mapping[str, Any]) -> Asked:
    """Return which lines are wanted. Raise ResourceError."""
    tail = arguments.get("tail")
    if tail is not None and tail < 0:
        raise ResourceError(f"tail: {tail} is not a number of lines", "use 0 or more")
    now = time.time_ns()
    since, until = (
        point_in_time(arguments.get(name), name, now) or 0 for name in ("since", "until")
    )
    follow = bool(arguments.get("wait"))
    return Asked(since, until, tail, pattern(arguments.get("grep")), follow)


def pattern(text: str | None, name: str = "grep") -> re.Pattern[str] | None:
    """Return a regular expression. name: of the option. Raise ResourceError."""
    if not text:
        return None
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ResourceError(
            f"{name}: {text!r:.100} is not a regular expression ({error})",
            "put a backslash before special characters",
        ) from error


def point_in_time(value: Any, name: str, now: int) -> int | None:
    """Return a time in nanoseconds: RFC 3339, seconds since 1970, or how long ago.

    Raise ResourceError.
    """
    text = str(value or "").strip()
    if not text:
        return None
    if re.fullmatch(r"\d{9,11}(\.\d{1,9})?", text):
        whole, _dot, fraction = text.partition(".")
        return int(whole) * times.SECOND + int(fraction.ljust(9, "0"))
    found, rest = times.split_time(_completed(text).encode("utf-8", "replace"))
    if found is not None and not rest:
        return found
    try:
        return max(0, now - int(durations.seconds(text, name) * times.SECOND))
    except ResourceError:
        raise ResourceError(
            f"{name}: {text!r:.100} is not a time",
            "write a duration (10m) or a time (2026-11-29T13:00:00Z)",
        ) from None


def _completed(text: str) -> str:
    """Return a date or a time without a zone as one in UTC."""
    text = re.sub(r"^(\d{4}-\d\d-\d\d) (?=\d)", r"\1T", text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{text}T00:00:00Z"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
        return f"{text}:00Z"
    return text if re.search(r"(Z|[+-]\d\d:\d\d)$", text[11:]) else f"{text}Z"
