# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what changed between two turns. Only these changes are reported. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vigo_bridge.watch.states.model import (
    DIVERGED_AFTER,
    NO_DATA,
    Condition,
    Drift,
    FleetState,
    HostState,
    Problem,
    ProblemState,
    ResourceState,
)


@dataclass(frozen=True)
class HostTransition:
    """A host whose state changed.

    before, after: None if the host was not, or is no longer, in the inventory. news: resources of
    `after` that differ or fail since this turn, or in another way than before, that were repaired
    for the first time, or that have become diverged. settled: IDs of resources that no longer
    differ or fail.
    """

    host: str
    before: HostState | None
    after: HostState | None
    news: tuple[ResourceState, ...] = ()
    settled: tuple[str, ...] = ()

    @property
    def is_news(self) -> bool:
        """Whether it is reported to people.

        Not reported: a host that is found as the stack says in its first turn, one that was removed
        from the inventory, and the turn after a repair that was already news.
        """
        if self.after is None:
            return False
        if self.news:
            return True
        before = self.before or NO_DATA
        if before.is_unreachable is not self.after.is_unreachable:
            return True
        if before.condition is Condition.NO_DATA:
            return self.after.fails or self.after.drift is not Drift.NONE
        if before.condition is not self.after.condition or before.drift is Drift.DIVERGED:
            return True
        return any(not one.repaired for one in before.resources)


@dataclass(frozen=True)
class ProblemTransition:
    """A problem that began (before is None), changed, or was solved (after is None)."""

    problem: Problem
    before: ProblemState | None
    after: ProblemState | None

    @property
    def is_news(self) -> bool:
        """Whether it is reported to people. A rollout that somebody has just started is not."""
        return self.problem is not Problem.LOCK


Transition = HostTransition | ProblemTransition


def transitions(
    before: FleetState, after: FleetState, diverged_after: int = DIVERGED_AFTER
) -> tuple[Transition, ...]:
    """Return what changed, problems of the turns first, then hosts in the inventory's order.

    diverged_after: as for `next_state`.
    """
    return (*_of_problems(before, after), *_of_hosts(before, after, diverged_after))


def _of_problems(before: FleetState, after: FleetState) -> Iterator[ProblemTransition]:
    for problem in Problem:
        old, new = before.problem(problem), after.problem(problem)
        if (old and old.message) != (new and new.message):
            yield ProblemTransition(problem, old, new)


def _of_hosts(
    before: FleetState, after: FleetState, diverged_after: int
) -> Iterator[HostTransition]:
    for host in dict.fromkeys([*after.hosts, *before.hosts]):
        old, new = before.hosts.get(host), after.hosts.get(host)
        known = {one.id: one for one in old.resources} if old else {}
        current = new.resources if new else ()
        news = tuple(one for one in current if _is_news(known.get(one.id), one, diverged_after))
        settled = tuple(known.keys() - {one.id for one in current}) if new else ()
        if news or settled or _summary(old) != _summary(new):
            order = [id for id in known if id in settled]
            yield HostTransition(host, old, new, news, tuple(order))


def _is_news(before: ResourceState | None, after: ResourceState, diverged_after: int) -> bool:
    if before is None or bool(before.error) != bool(after.error):
        return True
    is_diverged, was_diverged = after.turns >= diverged_after, before.turns >= diverged_after
    if is_diverged or was_diverged:
        return is_diverged and not was_diverged
    return before.signature != after.signature or (after.repaired and before.pending)


def _summary(host: HostState | None) -> tuple[object, ...] | None:
    if host is None:
        return None
    return (host.condition, host.drift, host.is_unreachable, bool(host.message))
