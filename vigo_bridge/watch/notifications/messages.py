# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes one message for all events of a turn, as text and as data. Pure.

Values come from hosts: secrets in them are already masked; here, control characters are replaced
and lengths are limited.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.watch.notifications.announcements import CALM, TURNS, WINDOW, Event, Status
from vigo_bridge.watch.notifications.items import Item, Kind
from vigo_bridge.watch.states.differences import change_text, shortened
from vigo_bridge.watch.states.model import Condition, Drift, FleetState, Problem
from vigo_bridge.watch.states.problem_titles import PROBLEMS, SOLVED
from vigo_bridge.wording import counted, some

#: Characters of the text, of a line in it, and of a value: some services accept 4096 in all.
LONGEST_TEXT = 3500
_LONGEST_LINE = 500
_LONGEST_VALUE = 200
#: Characters of the data as JSON: one environment variable holds it. And hosts of one event.
LONGEST_DATA = 60_000
_MOST_HOSTS = 500
#: Of a host that is flapping or stable.
_MOST_FACTS = 10
#: The version of the data's form.
VERSION = 1


class Severity(Enum):
    """The severity of the worst event, in the terms of apprise."""

    FAILURE = "failure"
    WARNING = "warning"
    INFO = "info"
    SUCCESS = "success"


@dataclass(frozen=True)
class Message:
    """A message. data: the same for programs; docs/monitoring.md describes it."""

    title: str
    text: str
    severity: Severity
    data: Mapping[str, Any]

    @property
    def as_json(self) -> str:
        """The data as one line that no terminal interprets."""
        return json.dumps(self.data, ensure_ascii=True)


@dataclass(frozen=True)
class _Line:
    """Equal events of several hosts."""

    event: Event
    hosts: tuple[str, ...]
    text: str


#: By kind of item: its severity, and its word in the title.
_SEVERITIES = {
    Kind.PROBLEM: Severity.FAILURE,
    Kind.UNREACHABLE: Severity.FAILURE,
    Kind.HOST_FAILED: Severity.FAILURE,
    Kind.FAILED: Severity.FAILURE,
    Kind.DIVERGED: Severity.WARNING,
    Kind.DRIFT: Severity.WARNING,
    Kind.REPAIRED: Severity.INFO,
}
_TITLES = {
    Kind.UNREACHABLE: "unreachable",
    Kind.HOST_FAILED: "failed",
    Kind.FAILED: "failed",
    Kind.DIVERGED: "diverged",
    Kind.DRIFT: "drifted",
    Kind.REPAIRED: "repaired",
}
_OF_STATUS = {
    Status.FLAPPING: "flapping",
    Status.STABLE: "stable again",
    Status.RESOLVED: "back to normal",
    Status.REMOVED: "removed",
}
_RESOLVED = {
    Kind.UNREACHABLE: "can be reached again",
    Kind.HOST_FAILED: "no longer fails",
    Kind.FAILED: "no longer fails",
    Kind.DIVERGED: "no longer changes",
    Kind.DRIFT: "is as described again",
}


def message(events: Sequence[Event], fleet: FleetState, stack: str, time: str) -> Message | None:
    """Return the message of a turn; None if there are no events.

    stack: its name. time: of the turn's end, RFC 3339.
    """
    if not events:
        return None
    lines = _grouped(events)
    severity = _severity(events)
    title = shortened(f"{_value(stack)}: {_title(lines)}", _LONGEST_LINE)
    summary = _summary(fleet)
    return Message(
        title,
        _text([line.text for line in lines], summary),
        severity,
        _data(lines, title, summary, severity, fleet, stack, time),
    )


def _grouped(events: Iterable[Event]) -> list[_Line]:
    """Return equal events together, the worst first."""
    hosts: dict[tuple[str, Status, bool], list[str]] = {}
    first: dict[tuple[str, Status, bool], Event] = {}
    for event in events:
        key = (_said(event), event.status, event.is_partial)
        hosts.setdefault(key, []).append(event.host)
        first.setdefault(key, event)
    lines = [_Line(first[key], tuple(names), _line(key[0], names)) for key, names in hosts.items()]
    return sorted(lines, key=lambda line: _rank(line.event))


def _rank(event: Event) -> tuple[int, int]:
    kinds = [list(Kind).index(item.kind) for item in event.items]
    return list(Status).index(event.status), min(kinds, default=len(Kind))


def _line(said: str, hosts: Sequence[str]) -> str:
    names = [_value(host) for host in hosts]
    if hosts[0] == TURNS:
        return shortened(said, _LONGEST_LINE)
    who = names[0] if len(names) == 1 else f"{counted(len(names), 'host')} ({some(names)})"
    return shortened(f"{who}: {said}", _LONGEST_LINE)


def _said(event: Event) -> str:
    """Return what happened, as one line without the host."""
    if event.status is Status.NEW:
        return _new(event.items[0])
    if event.status is Status.RESOLVED:
        return _resolved(event.items[0])
    if event.status is Status.REMOVED:
        return "removed from the inventory"
    now = "; ".join(map(_new, event.items[:_MOST_FACTS])) or "as described"
    if event.status is Status.STABLE:
        return f"stable again: {now}"
    return (
        f"flapping: {event.changes} changes within {WINDOW} turns. The next message follows after"
        f" {CALM} turns without a change. Now: {now}"
    )


def _new(item: Item) -> str:
    text = _value(item.text)
    subject = _value(item.subject)
    details = _changes(item) or text
    if item.kind is Kind.PROBLEM:
        return f"{_problem(item)}: {_value(' '.join(item.text[:2000].split()), _LONGEST_LINE)}"
    if item.kind is Kind.UNREACHABLE:
        return f"unreachable: {text}"
    if item.kind is Kind.HOST_FAILED:
        return f"failed: {text}"
    if item.kind is Kind.FAILED:
        return f"{subject} failed: {text}"
    if item.kind is Kind.DIVERGED:
        return (
            f"{subject} changes in each turn ({item.turns} so far): something else changes it back:"
            f" {details}"
        )
    if item.kind is Kind.DRIFT:
        return f"{subject} differs from the stack: {details}"
    return f"{subject} was repaired: {details}"


def _resolved(item: Item) -> str:
    if item.kind is Kind.PROBLEM:
        return SOLVED[Problem(item.subject)]
    return f"{_value(item.subject)} {_RESOLVED[item.kind]}".strip()


def _problem(item: Item) -> str:
    return PROBLEMS[Problem(item.subject)]


def _changes(item: Item) -> str:
    return ", ".join(
        f"{_value(change.field)} {change_text(change, _value)}" for change in item.changes
    )


def _value(text: str, longest: int = _LONGEST_VALUE) -> str:
    return shortened(one_line(text[: 2 * longest].strip()), longest)


def _severity(events: Iterable[Event]) -> Severity:
    found = {_event_severity(event) for event in events}
    return next(one for one in Severity if one in found)


def _event_severity(event: Event) -> Severity:
    if event.status is Status.NEW:
        return _SEVERITIES[event.items[0].kind]
    if event.status is Status.FLAPPING:
        return Severity.WARNING
    if event.status is Status.STABLE:
        found = {_SEVERITIES[item.kind] for item in event.items}
        return next((one for one in Severity if one in found), Severity.SUCCESS)
    return Severity.SUCCESS


def _title(lines: Iterable[_Line]) -> str:
    """Return how many hosts each word is about, such as `2 hosts failed, 1 host repaired`."""
    problems: list[str] = []
    words: dict[str, set[str]] = {}
    for line in lines:
        item = line.event.items[0] if line.event.items else None
        if item is not None and item.kind is Kind.PROBLEM:
            solved = line.event.status is Status.RESOLVED
            problems.append(_resolved(item) if solved else _problem(item))
            continue
        new = item is not None and line.event.status is Status.NEW
        word = _TITLES[item.kind] if item and new else _OF_STATUS[line.event.status]
        word = "improved" if line.event.is_partial else word
        words.setdefault(word, set()).update(line.hosts)
    return ", ".join(
        [*problems, *(f"{counted(len(names), 'host')} {word}" for word, names in words.items())]
    )


def _summary(fleet: FleetState) -> str:
    """Return the state of the fleet in one line."""
    conditions = [
        f"{fleet.conditions[one]} {one.title}" for one in Condition if fleet.conditions[one]
    ]
    drifts = [f"{fleet.drifts[one]} {one.title}" for one in Drift if fleet.drifts[one]]
    parts = [", ".join(conditions), f"drift: {', '.join(drifts)}" if drifts else ""]
    parts.append(f"{fleet.unreachable} unreachable" if fleet.unreachable else "")
    shown = "; ".join(filter(None, parts)) or "no hosts"
    revision = f", revision {_value(fleet.revision)[:40]}" if fleet.revision else ""
    return f"{counted(len(fleet.hosts), 'host')}: {shown} (turn {fleet.turn}{revision})"


def _text(lines: Sequence[str], summary: str) -> str:
    """Return as many lines as fit, and the summary."""
    shown: list[str] = []
    left = LONGEST_TEXT - len(summary) - 60
    for line in lines:
        left -= len(line) + 1
        if left < 0:
            shown.append(f"... and {counted(len(lines) - len(shown), 'other line')}")
            break
        shown.append(line)
    return "\n".join([*shown, "", summary])


def _data(
    lines: Sequence[_Line],
    title: str,
    summary: str,
    severity: Severity,
    fleet: FleetState,
    stack: str,
    time: str,
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "version": VERSION,
        "stack": _value(stack),
        "time": time,
        "turn": fleet.turn,
        "revision": _value(fleet.revision),
        "severity": severity.value,
        "title": title,
        "summary": summary,
        "events": [],
        "omitted": 0,
    }
    left = LONGEST_DATA - len(json.dumps(data))
    for number, line in enumerate(lines):
        event = _event_data(line)
        left -= len(json.dumps(event)) + 2
        if left < 0:
            data["omitted"] = len(lines) - number
            break
        data["events"].append(event)
    return data


def _event_data(line: _Line) -> dict[str, Any]:
    hosts = [] if line.hosts[0] == TURNS else [_value(host) for host in line.hosts]
    return {
        "status": line.event.status.value,
        "hosts": hosts[:_MOST_HOSTS],
        "hosts_count": len(hosts),
        "text": line.text,
        "facts": [_item_data(item) for item in line.event.items[:_MOST_FACTS]],
    }


def _item_data(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind.value,
        "subject": _value(item.subject),
        "text": _value(item.text),
        "changes": [
            {"field": _value(one.field), "old": _value(one.old), "new": _value(one.new)}
            for one in item.changes
        ],
    }
