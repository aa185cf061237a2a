# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a watched host and of the fleet, with the names that Vigo uses. Pure.

Each host has two independent states. Its condition says whether its last check or run failed; its
drift says whether it matches the stack. A host that cannot be reached keeps both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus
from vigo_bridge.watch.differences import Difference, differences, shortened, signature
from vigo_bridge.watch.retries import NOTHING_FAILED, Retry

#: In how many turns in a row a resource changes before its host is called diverged.
DIVERGED_AFTER = 3
#: Characters of a reason or a message that are kept.
LONGEST = 1000
#: Resources of a host that are kept.
MOST_RESOURCES = 200


class Condition(Enum):
    """Whether the last check of a host, or its last repair, failed. Later values are worse."""

    CONVERGED = "converged"
    NO_DATA = "no_data"
    DEGRADED = "degraded"
    FAILED = "failed"

    @property
    def title(self) -> str:
        """Return the name that Vigo uses, such as `NoData`."""
        return _title(self.value)


class Drift(Enum):
    """Whether a host matches the stack. Later values are worse."""

    NONE = "none"
    CHANGED = "changed"
    DIVERGED = "diverged"

    @property
    def title(self) -> str:
        """Return the name that Vigo uses, such as `Diverged`."""
        return _title(self.value)


class Problem(Enum):
    """The problems of a turn itself, because of which hosts are not checked or not repaired."""

    SOURCE = "source"  # the folder or the repository of the stack
    STACK = "stack"  # errors in the stack's files
    INVENTORY = "inventory"
    SECRETS = "secrets"  # values that no store has
    LOCK = "lock"  # another rollout of the stack is running
    ROLLOUT = "rollout"  # a repair was stopped before it reached all hosts
    TURN = "turn"  # anything else, such as a full disk


@dataclass(frozen=True)
class ResourceState:
    """A resource that differs from the stack, was repaired in this turn, or fails.

    action: as in the results of `plan` and `run`. reason, differences: how it differs or differed,
    in a sentence and field by field; the fields may be unknown. pending: whether it differs now.
    repaired: whether this turn made it as the stack says. turns: in how many turns in a row it
    changed, the last one included; 0 if it did not change in this one. error: why it fails; empty
    if it does not. since: when it first differed or failed, RFC 3339. signature: see
    `differences.signature`.
    """

    id: str
    action: str
    reason: str = ""
    differences: tuple[Difference, ...] = ()
    pending: bool = True
    repaired: bool = False
    turns: int = 1
    error: str = ""
    since: str = ""
    signature: str = ""


@dataclass(frozen=True)
class HostState:
    """A host at the end of a turn.

    resources: those that differ, were repaired or fail, in the order of the graph. total: how
    many resources the host has. message: why the host as a whole fails; empty if it does not.
    seen: when its last result came. since: since when it has this condition and drift.
    unreachable_since: when it could first not be reached; empty if it can. unreachable_message:
    why. retry: of repairs that failed. All times are RFC 3339.
    """

    condition: Condition = Condition.NO_DATA
    drift: Drift = Drift.NONE
    resources: tuple[ResourceState, ...] = ()
    total: int = 0
    message: str = ""
    seen: str = ""
    since: str = ""
    unreachable_since: str = ""
    unreachable_message: str = ""
    retry: Retry = NOTHING_FAILED

    @property
    def is_unreachable(self) -> bool:
        return bool(self.unreachable_since)

    @property
    def fails(self) -> bool:
        return self.condition in (Condition.DEGRADED, Condition.FAILED)

    @property
    def needs_repair(self) -> bool:
        """Whether something differs or fails, and the host can be reached."""
        is_wrong = self.fails or any(resource.pending for resource in self.resources)
        return is_wrong and not self.is_unreachable

    @property
    def to_repair(self) -> tuple[str, ...]:
        """The IDs of the resources that differ or fail."""
        return tuple(one.id for one in self.resources if one.pending or one.error)


#: Before the first turn that looked at a host.
NO_DATA = HostState()


@dataclass(frozen=True)
class ProblemState:
    """A problem of turns. message: of several lines. since: RFC 3339. turns: how many had it."""

    problem: Problem
    message: str
    since: str
    turns: int = 1


@dataclass(frozen=True)
class FleetState:
    """All hosts by name, in the inventory's order, and what is wrong with the turns themselves.

    turn: the number of the last turn, counted over restarts. revision: of the stack that is in
    force, a commit or a digest of its files. good_turn: when the last turn ended that looked at
    the hosts with a stack in force (RFC 3339, empty before the first one).
    """

    hosts: Mapping[str, HostState] = field(default_factory=dict)
    problems: tuple[ProblemState, ...] = ()
    turn: int = 0
    revision: str = ""
    good_turn: str = ""

    @property
    def condition(self) -> Condition:
        """The worst condition of a host; NoData without hosts."""
        found = {host.condition for host in self.hosts.values()}
        return next((one for one in reversed(Condition) if one in found), Condition.NO_DATA)

    @property
    def drift(self) -> Drift:
        """The worst drift of a host."""
        found = {host.drift for host in self.hosts.values()}
        return next((one for one in reversed(Drift) if one in found), Drift.NONE)

    @property
    def conditions(self) -> Mapping[Condition, int]:
        """How many hosts have each condition."""
        counts = Counter(host.condition for host in self.hosts.values())
        return {condition: counts[condition] for condition in Condition}

    @property
    def drifts(self) -> Mapping[Drift, int]:
        """How many hosts have each drift."""
        counts = Counter(host.drift for host in self.hosts.values())
        return {drift: counts[drift] for drift in Drift}

    @property
    def unreachable(self) -> int:
        """How many hosts cannot be reached."""
        return sum(host.is_unreachable for host in self.hosts.values())

    def problem(self, kind: Problem) -> ProblemState | None:
        return next((one for one in self.problems if one.problem is kind), None)


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


def _title(value: str) -> str:
    return "".join(word.capitalize() for word in value.split("_"))
