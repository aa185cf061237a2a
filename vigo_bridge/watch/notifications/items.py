# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts about hosts and turns that are announced in messages. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from vigo_bridge.watch.states.differences import Difference
from vigo_bridge.watch.states.model import (
    DIVERGED_AFTER,
    FleetState,
    HostState,
    Problem,
    ResourceState,
)


class Kind(Enum):
    """The kind of a fact. The order is that of the lines in a message."""

    PROBLEM = "problem"  # of turns, such as a stack with errors
    UNREACHABLE = "unreachable"
    HOST_FAILED = "host_failed"
    FAILED = "failed"  # a resource
    DIVERGED = "diverged"
    DRIFT = "drift"
    REPAIRED = "repaired"


@dataclass(frozen=True)
class Item:
    """One fact. Two are the same if they have the same key: a new message text is no news.

    subject: the ID of a resource, or the name of a problem. mark: differs if it differs in another
    way. changes, text: for people. turns: in how many turns in a row it changed.
    """

    kind: Kind
    subject: str = ""
    mark: str = ""
    changes: tuple[Difference, ...] = ()
    text: str = ""
    turns: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind.value, self.subject, self.mark


#: Facts that end without a message: a repair was announced as done.
SILENT_ENDS = (Kind.REPAIRED,)
#: Not announced: another rollout ends by itself.
_NO_NEWS = (Problem.LOCK,)


def host_items(host: HostState, diverged_after: int = DIVERGED_AFTER) -> Mapping[str, Item]:
    """Return the facts about a host, each under its subject; "" is the host itself."""
    return {_place(item): item for item in _host_items(host, diverged_after)}


def problem_items(fleet: FleetState) -> Mapping[str, Item]:
    """Return the facts about the turns themselves."""
    return {
        one.problem.value: Item(Kind.PROBLEM, one.problem.value, text=one.message)
        for one in fleet.problems
        if one.problem not in _NO_NEWS
    }


def _place(item: Item) -> str:
    """Return what a host has only one fact about; the host itself can be down and fail."""
    return item.subject or item.kind.value


def _host_items(host: HostState, diverged_after: int) -> Iterator[Item]:
    if host.is_unreachable:
        yield Item(Kind.UNREACHABLE, text=host.unreachable_message)
    if host.message:
        yield Item(Kind.HOST_FAILED, text=host.message)
    for resource in host.resources:
        kind = _kind(resource, diverged_after)
        if kind is not None:
            text = resource.error or resource.reason
            mark = _mark(kind, resource)
            yield Item(kind, resource.id, mark, resource.differences, text, resource.turns)


def _mark(kind: Kind, resource: ResourceState) -> str:
    """Return what makes another fact of the same kind.

    A difference that stays is news whenever it changes. Repairs of the same fields in a row are the
    begin of a fight, which is announced when it is one.
    """
    if kind is Kind.DRIFT:
        return resource.signature
    if kind is Kind.REPAIRED:
        return " ".join([resource.action, *(change.field for change in resource.differences)])
    return ""


def _kind(resource: ResourceState, diverged_after: int) -> Kind | None:
    if resource.error:
        return Kind.FAILED
    if resource.turns >= diverged_after:
        return Kind.DIVERGED
    if resource.repaired:
        return Kind.REPAIRED
    return Kind.DRIFT if resource.pending else None
