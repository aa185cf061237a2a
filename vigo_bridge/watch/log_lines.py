# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the log lines of a watcher: one for each change, and one for the whole turn. Pure.

The lines are not safe to print as they are: they contain texts from hosts.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.watch.states.differences import Difference, change_text, shortened
from vigo_bridge.watch.states.model import (
    DIVERGED_AFTER,
    NO_DATA,
    Condition,
    Drift,
    FleetState,
    HostState,
    ResourceState,
)
from vigo_bridge.watch.states.problem_titles import SOLVED
from vigo_bridge.watch.states.transitions import HostTransition, ProblemTransition, Transition
from vigo_bridge.watch.turns import Turn
from vigo_bridge.wording import counted

#: Differences of a resource, and characters of a value, in one line.
_SHOWN = 3
_LONGEST = 60


def lines_of(transition: Transition, diverged_after: int = DIVERGED_AFTER) -> Iterator[str]:
    """Yield the lines about a change; none if it is not reported."""
    if isinstance(transition, ProblemTransition):
        yield _of_problem(transition)
    elif transition.after is None:
        yield f"{one_line(transition.host)} is no longer in the inventory or the stack"
    elif transition.is_news:
        yield from _of_host(transition, transition.after, diverged_after)


def summary(state: FleetState, turn: Turn) -> str:
    """Return the line on a whole turn."""
    counts = [
        f"{count} {condition.title}" for condition, count in state.conditions.items() if count
    ]
    counts += [
        f"drift {drift.title} on {count}"
        for drift, count in state.drifts.items()
        if count and drift is not Drift.NONE
    ]
    if state.unreachable:
        counts.append(f"{state.unreachable} unreachable")
    if turn.rollout is not None:
        counts.append(f"repaired in rollout {turn.rollout}")
    hosts = counted(len(state.hosts), "host")
    states = f"{hosts}: {', '.join(counts)}" if counts else hosts
    looked = "" if turn.looked else "hosts were not checked; "
    return f"turn {turn.number}: {looked}{states} ({turn.duration:.1f} s)"


def _of_problem(transition: ProblemTransition) -> str:
    if transition.after is None:
        return SOLVED[transition.problem]
    return transition.after.message


def _of_host(transition: HostTransition, after: HostState, diverged_after: int) -> Iterator[str]:
    host, before = one_line(transition.host), transition.before or NO_DATA
    if after.is_unreachable and not before.is_unreachable:
        yield f"{host} is unreachable: {one_line(after.unreachable_message.strip())}"
        return
    if before.is_unreachable and not after.is_unreachable:
        yield f"{host} is reachable again"
    for resource in transition.news:
        yield f"{host} {_of_resource(resource, after, diverged_after)}"
    if after.message and after.message != before.message:
        yield f"{host} fails: {one_line(after.message.strip())}"
    repaired = {one.id for one in before.resources if one.repaired and not one.error}
    for id in transition.settled:
        if id not in repaired:
            yield f"{host} {one_line(id)} is as the stack says"
    if before.condition is not after.condition and before.condition is not Condition.NO_DATA:
        yield f"{host} is {after.condition.title} (before: {before.condition.title})"
    if before.drift is Drift.DIVERGED and after.drift is not Drift.DIVERGED:
        yield f"{host} is no longer Diverged"


def _of_resource(resource: ResourceState, host: HostState, diverged_after: int) -> str:
    name = one_line(resource.id)
    how = _how(resource)
    if resource.error:
        waits = f"; the next repair is tried after {counted(host.retry.wait, 'turn')}"
        later = waits if host.retry.failures and host.retry.wait else ""
        return f"{name} fails: {one_line(resource.error.strip())}{later}"
    if resource.turns >= diverged_after:
        return (
            f"{name} changed in {resource.turns} turns in a row: {how}; something else changes it,"
            " or it is a command without a guard"
        )
    if resource.repaired:
        return f"{name} was repaired ({resource.action}): {how}"
    return f"{name} differs (`run` would say {resource.action}): {how}"


def _how(resource: ResourceState) -> str:
    shown = ", ".join(map(_difference, resource.differences[:_SHOWN]))
    more = len(resource.differences) - _SHOWN
    if more > 0:
        shown += f" and {counted(more, 'other')}"
    reason = one_line(resource.reason.strip())
    return f"{reason} [{shown}]" if reason and shown else reason or shown or "no details"


def _difference(difference: Difference) -> str:
    return f"{one_line(difference.field)}: {change_text(difference, _value)}"


def _value(text: str) -> str:
    return one_line(shortened(text, _LONGEST))
