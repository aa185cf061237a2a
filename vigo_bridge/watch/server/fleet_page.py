# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the fleet: complete without scripts, and with everything from hosts as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean, one_line
from vigo_bridge.report.page_parts import asset, template
from vigo_bridge.report.terminal import listed
from vigo_bridge.watch.notifications.items import Item, Kind, host_items
from vigo_bridge.watch.server.page_times import local, zone
from vigo_bridge.watch.server.rollout_page import RolloutRow
from vigo_bridge.watch.server.snapshot import Snapshot
from vigo_bridge.watch.states.model import Condition, Drift, FleetState, HostState
from vigo_bridge.watch.states.problem_titles import PROBLEMS
from vigo_bridge.wording import counted

PACKAGE = "vigo_bridge.watch.server"
#: Rows of equal facts, and resources in the row of a host.
_MOST_FACTS = 500
_MOST_NAMED = 5
#: By kind of fact: its label, and the style of the badge.
_KINDS = {
    Kind.FAILED: ("failed", "failed"),
    Kind.DIVERGED: ("diverged", "diverged"),
    Kind.DRIFT: ("differs", "pending"),
    Kind.REPAIRED: ("repaired", "changed"),
}


@dataclass(frozen=True)
class _Fact:
    """Equal facts of several hosts."""

    subject: str
    title: str
    style: str
    text: str
    changes: tuple[Mapping[str, str], ...]
    hosts: str
    since: str


def style() -> str:
    """Return the style sheet of all pages: that of the report, and additions."""
    return asset("report.css") + asset("fleet.css", PACKAGE)


def fleet_page(
    snapshot: Snapshot, stack: str, late: str, rollouts: Sequence[RolloutRow], refresh: int = 0
) -> str:
    """Return the page. late: why the watcher seems to hang, or empty. refresh: for its text."""
    fleet, turn = snapshot.fleet, snapshot.turn
    page = template(PACKAGE, "fleet.html.j2").render(
        stack=one_line(stack),
        condition=fleet.condition,
        drift=fleet.drift,
        revision=one_line(fleet.revision),
        local=local,
        zone=zone(),
        turn=turn
        and {
            "number": turn.number,
            "started": turn.started.isoformat(timespec="seconds"),
            "duration": f"{turn.duration:.1f}",
            "interval": f"{turn.interval:g}",
        },
        late=late,
        refresh=refresh,
        problems=[
            {
                "title": PROBLEMS[one.problem].capitalize(),
                "since": one.since,
                "turns": counted(one.turns, "turn"),
                "message": clean(one.message),
            }
            for one in fleet.problems
        ],
        totals=list(_totals(fleet)),
        facts=_facts(fleet),
        hosts=_hosts(fleet),
        rollouts=rollouts,
    )
    return clean(page)


def _totals(fleet: FleetState) -> Iterator[tuple[str, str, int]]:
    for condition in reversed(Condition):
        if fleet.conditions[condition]:
            yield condition.value, condition.title, fleet.conditions[condition]
    for drift in (Drift.DIVERGED, Drift.CHANGED):
        if fleet.drifts[drift]:
            yield drift.value, drift.title, fleet.drifts[drift]
    if fleet.unreachable:
        yield "unreachable", "unreachable", fleet.unreachable


def _facts(fleet: FleetState) -> list[_Fact]:
    """Return what differs or fails, equal facts of hosts together, the worst first."""
    hosts: dict[tuple[Any, ...], list[str]] = {}
    first: dict[tuple[Any, ...], tuple[Item, str]] = {}
    for name, host in fleet.hosts.items():
        since = {one.id: one.since for one in host.resources}
        for item in host_items(host).values():
            if item.kind in _KINDS:
                key = (item.kind, item.subject, item.text, item.changes)
                hosts.setdefault(key, []).append(name)
                known, began = first.get(key, (item, since[item.subject]))
                first[key] = (known, min(began, since[item.subject]))
    order = list(_KINDS)
    keys = sorted(hosts, key=lambda key: (order.index(key[0]), -len(hosts[key])))
    return [_fact(*first[key], hosts[key]) for key in keys[:_MOST_FACTS]]


def _fact(item: Item, since: str, hosts: Sequence[str]) -> _Fact:
    title, badge = _KINDS[item.kind]
    return _Fact(
        one_line(item.subject),
        title,
        badge,
        # The differences are more specific than the reason.
        "" if item.changes and item.kind is not Kind.FAILED else clean(item.text),
        tuple(
            {"field": one_line(one.field), "old": clean(one.old), "new": clean(one.new)}
            for one in item.changes
        ),
        listed(hosts),
        since,
    )


def _hosts(fleet: FleetState) -> list[Mapping[str, Any]]:
    ordered = sorted(fleet.hosts.items(), key=lambda pair: _rank(pair[1]))
    return [
        {
            "name": one_line(name),
            "condition": host.condition,
            "drift": host.drift,
            "unreachable": host.unreachable_since,
            "resources": _resources(host),
            "message": clean(host.unreachable_message or host.message),
            "since": host.since,
            "seen": host.seen,
        }
        for name, host in ordered
    ]


def _rank(host: HostState) -> tuple[bool, int, int]:
    """Return the place of a host in the list: the worst first."""
    conditions, drifts = list(Condition), list(Drift)
    return (
        not host.is_unreachable,
        -conditions.index(host.condition),
        -drifts.index(host.drift),
    )


def _resources(host: HostState) -> str:
    names = [one_line(one.id) for one in host.resources]
    if not names:
        return f"none of {host.total}" if host.total else ""
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED]) + (f" and {counted(more, 'other')}" if more > 0 else "")
    return f"{shown} (of {host.total})"
