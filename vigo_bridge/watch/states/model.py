# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a watched host and of the fleet, with the names that Vigo uses. Pure.

Each host has two independent states. Its condition says whether its last check or run failed; its
drift says whether it matches the stack. A host that cannot be reached keeps both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from vigo_bridge.watch.states.differences import Difference
from vigo_bridge.watch.states.retries import NOTHING_FAILED, Retry

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


def _title(value: str) -> str:
    return "".join(word.capitalize() for word in value.split("_"))
