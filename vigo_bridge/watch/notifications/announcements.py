# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which changes are announced: each change of a host's facts once. Pure.

The announced facts are compared with the current ones, not with those of the previous turn: so
nothing is announced twice or lost after a restart. A host that changes repeatedly is announced once
as flapping, and again only when it is stable. Turns are counted instead of time, so that a clock
that jumps changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from vigo_bridge.watch.notifications.items import (
    SILENT_ENDS,
    Item,
    host_items,
    problem_items,
)
from vigo_bridge.watch.states.model import DIVERGED_AFTER, FleetState, Problem

#: A host is flapping after so many changes within so many turns, until so many turns have passed
#: without a change.
CHANGES = 5
WINDOW = 30
CALM = 12
#: The name of the turns themselves, among those of hosts; no host has it.
TURNS = ""


class Status(Enum):
    """The change of a fact, or of a host. The order is that of the lines in a message."""

    NEW = "new"
    FLAPPING = "flapping"
    STABLE = "stable"
    RESOLVED = "resolved"
    REMOVED = "removed"


@dataclass(frozen=True)
class Event:
    """One line of a message, for one host. host: `TURNS` for the turns themselves.

    items: the fact that is new or was resolved; for a host that is flapping or stable, all of its
    facts. changes: how many changes made it flapping. is_partial: whether the host still has other
    facts after this one was resolved.
    """

    status: Status
    host: str
    items: tuple[Item, ...] = ()
    changes: int = 0
    is_partial: bool = False


@dataclass(frozen=True)
class Known:
    """What was announced about a host.

    items: its facts, by subject. changes: the turns of the last announced changes.
    flapping: whether it is; then last_change is the turn of the last change, announced or not.
    """

    items: Mapping[str, Item] = field(default_factory=dict)
    changes: tuple[int, ...] = ()
    flapping: bool = False
    last_change: int = 0


Announced = Mapping[str, Known]


def announce(
    announced: Announced, fleet: FleetState, diverged_after: int = DIVERGED_AFTER
) -> tuple[Announced, tuple[Event, ...]]:
    """Return what is announced after a turn, and the events to send now."""
    now = {TURNS: problem_items(fleet)}
    now |= {name: host_items(host, diverged_after) for name, host in fleet.hosts.items()}
    known: dict[str, Known] = {}
    events: list[Event] = []
    for name, items in now.items():
        known[name], found = _host(name, announced.get(name, Known()), items, fleet.turn)
        events += found
    gone = [name for name in announced if name not in known]
    if fleet.problem(Problem.INVENTORY) or not fleet.hosts:
        known |= {name: announced[name] for name in gone}  # It is unknown which hosts were removed.
    else:
        events += (Event(Status.REMOVED, name) for name in gone if announced[name].items)
    return {name: one for name, one in known.items() if one != Known()}, tuple(events)


def _host(
    name: str, known: Known, items: Mapping[str, Item], turn: int
) -> tuple[Known, list[Event]]:
    """Return what is announced about one host after a turn, and its events."""
    found = list(_changes(name, known.items, items))
    recent = tuple(one for one in known.changes if 0 <= turn - one < WINDOW)
    now = replace(known, items=items, changes=recent)
    if known.flapping:
        if found:
            return replace(now, last_change=turn), []
        if 0 <= turn - known.last_change < CALM:
            return now, []
        return Known(items), [Event(Status.STABLE, name, tuple(items.values()))]
    if not found:
        return now, []
    now = replace(now, changes=(*recent, turn))
    if len(now.changes) < CHANGES:
        return now, found
    flapping = Event(Status.FLAPPING, name, tuple(items.values()), len(now.changes))
    return Known(items, (), True, turn), [flapping]


def _changes(name: str, before: Mapping[str, Item], after: Mapping[str, Item]) -> Iterator[Event]:
    for place, item in after.items():
        if place not in before or before[place].key != item.key:
            yield Event(Status.NEW, name, (item,))
    for place, item in before.items():
        if place not in after and item.kind not in SILENT_ENDS:
            yield Event(Status.RESOLVED, name, (item,), is_partial=bool(after))
