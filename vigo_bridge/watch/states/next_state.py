# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes the state of a host after a turn from its former state and its results. Pure."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus
from vigo_bridge.watch.states.differences import differences, shortened, signature
from vigo_bridge.watch.states.model import (
    DIVERGED_AFTER,
    LONGEST,
    MOST_RESOURCES,
    Condition,
    Drift,
    HostState,
    ResourceState,
)


def next_state(
    before: HostState,
    look: EnvoyResult | None,
    repair: EnvoyResult | None,
    now: str,
    diverged_after: int = DIVERGED_AFTER,
) -> HostState:
    """Return the state of a host after a turn; `retry` stays as it was.

    look: what `plan` returned; None if the turn did not get that far. repair: what the rollout of
    this turn returned; None if there was none. now: RFC 3339.
    """
    if look is None or look.status in _WITHOUT_RESULT:
        return before
    if repair is not None and repair.status in _WITHOUT_RESULT:
        repair = None
    last = repair or look
    if last.status is EnvoyStatus.UNREACHABLE:
        return replace(
            before,
            unreachable_since=before.unreachable_since or now,
            unreachable_message=shortened(last.message, LONGEST),
        )
    resources = _resources(before, look, repair, now)
    message = _message(before, look, repair)
    condition = _condition(last, resources, message)
    drift = _drift(resources, diverged_after)
    same = (condition, drift) == (before.condition, before.drift)
    return HostState(
        condition=condition,
        drift=drift,
        resources=resources[:MOST_RESOURCES],
        total=len(last.resources) or before.total,
        message=message,
        seen=now,
        since=before.since if same and before.since else now,
        retry=before.retry,
    )


#: Hosts that a turn did not get to.
_WITHOUT_RESULT = (EnvoyStatus.INTERRUPTED, EnvoyStatus.UNTOUCHED)


def _resources(
    before: HostState, look: EnvoyResult, repair: EnvoyResult | None, now: str
) -> tuple[ResourceState, ...]:
    looks = {one.id: one for one in look.resources}
    tries = {one.id: one for one in repair.resources} if repair else {}
    if not looks and not tries and (repair or look).status is EnvoyStatus.FAILED:
        # Nothing is known of the resources: those that differed may still do so.
        return tuple(replace(one, turns=0, repaired=False) for one in before.resources)
    known = {one.id: one for one in before.resources}
    is_undone = repair is not None and (
        bool(repair.restored) or repair.status is EnvoyStatus.ROLLED_BACK
    )
    found = (
        _resource(
            known.get(id),
            looks.get(id),
            tries.get(id),
            now,
            is_undone=is_undone,
            may_retry=before.retry.failures > 0,
        )
        for id in dict.fromkeys([*looks, *tries])
    )
    return tuple(state for state in found if state is not None)


def _resource(
    before: ResourceState | None,
    look: Result | None,
    tried: Result | None,
    now: str,
    *,
    is_undone: bool,
    may_retry: bool,
) -> ResourceState | None:
    """Return the state of a resource; None if it is as the stack says.

    before: its state in the turn before. tried: its result in the repair. is_undone: whether the
    repair was rolled back. may_retry: whether a repair failed, and none has succeeded since.
    """
    repaired = tried is not None and tried.changed and not is_undone
    # A resource that another repair settled, for example, is as the stack says now.
    last = look if tried is None or (is_undone and not tried.failed) else tried
    if last is None or not (_differs(last) or last.failed or _is_held_back(look, last)):
        return None
    # The look says how it differs: a repair may say only that it failed.
    shown = look if look is not None and _differs(look) else last
    pending = _differs(shown) and not repaired
    mark = signature(shown)
    is_same = before is not None and before.pending and before.signature == mark
    error = _error(last)
    if not error and pending and may_retry and before is not None:
        error = before.error
    return ResourceState(
        id=last.id,
        action=last.action,
        reason=shortened(shown.reason, LONGEST),
        differences=differences(shown),
        pending=pending,
        repaired=repaired,
        turns=_turns(before, is_same=is_same, repaired=repaired) if pending or repaired else 0,
        error=error,
        since=before.since if before is not None and before.since else now,
        signature=mark,
    )


def _is_held_back(look: Result | None, tried: Result) -> bool:
    """Return whether a resource that differs was skipped because another one failed."""
    return look is not None and _differs(look) and tried.failed_dependency is not None


def _turns(before: ResourceState | None, *, is_same: bool, repaired: bool) -> int:
    """Return in how many turns in a row something has changed a resource.

    is_same: whether it still differs as in the turn before, so that nothing has changed it since.
    """
    if is_same:
        return before.turns if before is not None and repaired else 0
    return (before.turns if before is not None else 0) + 1


def _differs(result: Result) -> bool:
    """Return whether a resource is known to differ, and not only that an earlier one may change
    it.
    """
    return result.changed and result.action != "unknown"


def _error(result: Result) -> str:
    if not result.failed:
        return ""
    message = result.error["message"] if result.error else result.reason
    return shortened(message or result.action, LONGEST)


def _message(before: HostState, look: EnvoyResult, repair: EnvoyResult | None) -> str:
    """Return why a host as a whole fails; empty if that is only because of its resources."""
    last = repair or look
    if last.status is EnvoyStatus.FAILED:
        if last.failures:
            return ""
        return shortened(last.rollback_error or last.message or last.status.value, LONGEST)
    # Only a repair shows whether a host has become healthy.
    return before.message if repair is None and before.retry.failures else ""


def _condition(last: EnvoyResult, resources: tuple[ResourceState, ...], message: str) -> Condition:
    failed = {one.id for one in resources if one.error}
    if message:
        return Condition.FAILED
    if not failed:
        return Condition.CONVERGED
    good = [one for one in last.resources if one.id not in failed and one.failed_dependency is None]
    return Condition.DEGRADED if good else Condition.FAILED


def _drift(resources: tuple[ResourceState, ...], diverged_after: int) -> Drift:
    changed = [one for one in resources if one.pending or one.repaired]
    if not changed:
        return Drift.NONE
    is_diverged = any(one.turns >= diverged_after for one in changed)
    return Drift.DIVERGED if is_diverged else Drift.CHANGED
