# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restores what a rollout has changed on this host, or deletes what was kept for that.

First files and the like are restored, the last change first; then the containers that use them, in
the order in which they were changed. Each step can be repeated.
"""

from __future__ import annotations

import contextlib
import time
from typing import Iterable, Mapping, Sequence

from ..common.errors import Blocked, ResourceError
from ..host.caller_watch import leave_if_gone
from ..state.former import Former, FormerState
from ..types.base import Behaviour
from ..types.registry import TYPES
from ..types.result import Result, as_failed
from ..types.target import Target
from .input import Resource

KEEP, RESTORE, DISCARD = "keep", "restore", "discard"
_NOT_CHANGED = "this rollout did not change it"
_LOST = "a former state is damaged, so it is not known whether this rollout changed it"
_STAYS = "it stays as it is"
_NOT_UNDONE = "it changed, and is not undone"


def restore(former: Former, resources: Sequence[Resource], target: Target) -> list[Result]:
    """Undo all changes that can be undone, and return a result for each resource.

    The states are deleted if nothing failed; otherwise this can be repeated.
    """
    kept = former.kept()
    if kept.is_discarded:
        return discard(former, resources, target)
    states: Iterable[FormerState] = kept.states
    types = {state.type: TYPES[state.type].behaviour() for state in states if state.type in TYPES}
    states = [
        state if state.type in types else FormerState(state.resource, state.type, None)
        for state in states
    ]
    found: dict[str, Result] = {}
    for state in _in_order(_first(states, types), types):
        leave_if_gone()
        result = _restored(state, types.get(state.type), target)
        found[state.resource] = _worse(found.get(state.resource), result)
    if not target.check_mode and not any(result.failed for result in found.values()):
        former.discard()
    unchanged = ("skipped", _LOST) if kept.is_damaged else ("none", _NOT_CHANGED)
    for each in resources:
        found.setdefault(each.id, Result(each.id, each.type, *unchanged))
    order = dict.fromkeys([*(each.id for each in resources), *found])
    return [found[resource] for resource in order]


def discard(former: Former, resources: Iterable[Resource], target: Target) -> list[Result]:
    """Delete the former states and what was kept for them; return a result for each resource."""
    if not target.check_mode:
        _discard(former, target)
    return [Result(each.id, each.type, "none", _STAYS) for each in resources]


def _discard(former: Former, target: Target) -> None:
    states = former.kept().states
    # States are removed even if this cannot be recorded, for example because the disk is full.
    with contextlib.suppress(Blocked):
        former.begin_discarding()
    for state in states:
        if state.state is None or state.type not in TYPES:
            continue
        try:
            TYPES[state.type].behaviour().discard_former(state.state, target)
        except (ResourceError, OSError) as error:  # the next run does it
            target.note(f"{state.resource}: the former state is still there: {error}")
    former.discard()


def _first(states: Iterable[FormerState], types: Mapping[str, Behaviour]) -> list[FormerState]:
    """Return the states without those that restoring an earlier state of the same resource
    includes.
    """
    found: list[FormerState] = []
    covered: set[str] = set()
    for state in states:
        if state.resource in covered:
            continue
        found.append(state)
        if state.state is not None and types[state.type].undoes_all(state.state):
            covered.add(state.resource)
    return found


def _in_order(states: list[FormerState], types: Mapping[str, Behaviour]) -> Iterable[FormerState]:
    last = [state for state in states if state.type in types and types[state.type].is_restored_last]
    return (*(state for state in reversed(states) if state not in last), *last)


def _restored(state: FormerState, behaviour: Behaviour | None, target: Target) -> Result:
    began = time.monotonic()
    if state.state is None or behaviour is None:
        return Result(state.resource, state.type, "skipped", _NOT_UNDONE)
    if target.check_mode:
        return Result(state.resource, state.type, "unknown", "it would be restored")
    result = Result(state.resource, state.type, "none")
    try:
        decision = behaviour.restore(state.state, target)
    except (ResourceError, OSError) as error:
        return as_failed(result, error)
    except (KeyError, TypeError, ValueError):
        return as_failed(result, ResourceError("its former state is damaged"))
    duration = time.monotonic() - began
    return Result(state.resource, state.type, decision.action, decision.reason, duration_s=duration)


def _worse(first: Result | None, second: Result) -> Result:
    """Return the more important of two results of the same resource."""
    if first is None or second.failed:
        return second
    keeps = first.failed or first.changed or first.action == "skipped"
    return first if keeps else second
