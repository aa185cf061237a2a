# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes the state of a fleet after a turn from the results of the turn. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vigo_bridge.run.results import EnvoyResult, EnvoyStatus
from vigo_bridge.watch.states.model import (
    DIVERGED_AFTER,
    NO_DATA,
    FleetState,
    HostState,
    Problem,
    ProblemState,
)
from vigo_bridge.watch.states.next_state import next_state
from vigo_bridge.watch.states.retries import NOTHING_FAILED, Retry, repair_key

_BAD = (EnvoyStatus.FAILED, EnvoyStatus.UNREACHABLE)


@dataclass
class Found:
    """The results of a turn, as far as it got.

    hosts: those of the inventory that the stack matches; None if that is not known. looks: what
    `plan` returned. repairs: what the rollout returned; None if there was none. problems: by kind.
    passed: kinds of problems that the turn would have found, but did not. revision: of the stack
    that was used.
    """

    hosts: Sequence[str] | None = None
    looks: dict[str, EnvoyResult] = field(default_factory=dict)
    repairs: Mapping[str, EnvoyResult] | None = None
    problems: dict[Problem, str] = field(default_factory=dict)
    passed: set[Problem] = field(default_factory=set)
    revision: str = ""

    @property
    def looked(self) -> bool:
        """Whether all hosts were looked at."""
        return self.hosts is not None and set(self.hosts) <= set(self.looks)

    @property
    def actions(self) -> dict[str, int]:
        """Return how many resources of all hosts have each action."""
        results = {**self.looks, **_tried(self.repairs or {})}
        return dict(Counter(one.action for envoy in results.values() for one in envoy.resources))


def _tried(repairs: Mapping[str, EnvoyResult]) -> dict[str, EnvoyResult]:
    return {host: envoy for host, envoy in repairs.items() if envoy.resources}


def next_fleet(
    before: FleetState,
    found: Found,
    now: str,
    *,
    interval: float,
    diverged_after: int = DIVERGED_AFTER,
) -> FleetState:
    """Return the state after a turn. now: RFC 3339. interval: seconds between two turns."""
    names = before.hosts if found.hosts is None else found.hosts
    hosts = {}
    for name in names:
        host = before.hosts.get(name, NO_DATA)
        tried = (found.repairs or {}).get(name)
        host = next_state(host, found.looks.get(name), tried, now, diverged_after)
        hosts[name] = host
    state = FleetState(
        hosts=hosts,
        problems=_problems(before, found, _passed(found, hosts), now),
        turn=before.turn + 1,
        revision=found.revision or before.revision,
        good_turn=now if found.looked else before.good_turn,
    )
    return replace(state, hosts=_with_retries(before, state, found, interval))


def due_for_repair(before: FleetState, found: Found, *, at_once: bool = False) -> list[str]:
    """Return the hosts to repair in a turn that has looked at hosts, and repaired none yet.

    before: the state at the begin of the turn. at_once: also hosts that wait after a failed repair.
    """
    state = next_fleet(before, found, "", interval=1)
    return [
        name
        for name, host in state.hosts.items()
        if name in found.looks
        and host.needs_repair
        and (at_once or before.hosts.get(name, NO_DATA).retry.is_due(_key(found, host)))
    ]


def without_retries(state: FleetState) -> FleetState:
    """Return the state for a watcher without repairs, in which no host waits for a repair."""
    hosts = {name: replace(host, retry=NOTHING_FAILED) for name, host in state.hosts.items()}
    return replace(state, hosts=hosts)


def _key(found: Found, host: HostState) -> str:
    return repair_key(found.revision, host.to_repair)


def _with_retries(
    before: FleetState, after: FleetState, found: Found, interval: float
) -> dict[str, HostState]:
    if found.repairs is None:
        return {
            name: replace(host, retry=host.retry.passed()) if name in found.looks else host
            for name, host in after.hosts.items()
        }
    failed = _failed(found.repairs)
    return {
        name: replace(host, retry=_retry(name, host, found, failed, interval))
        for name, host in after.hosts.items()
    }


def _retry(
    name: str, host: HostState, found: Found, failed: Collection[str], interval: float
) -> Retry:
    tried = (found.repairs or {}).get(name)
    if name in failed:
        return host.retry.failed(_key(found, host), interval)
    if tried is not None and tried.status.is_good:
        return NOTHING_FAILED
    return host.retry.passed() if tried is None else host.retry


def _failed(repairs: Mapping[str, EnvoyResult]) -> set[str]:
    """Return the hosts whose repair failed.

    If it is not known which ones made a rollout fail, such as after a health check of an address,
    these are all that were rolled back, or that it did not get to.
    """
    failed = {name for name, envoy in repairs.items() if envoy.status in _BAD}
    if failed or any(envoy.status.is_good for envoy in repairs.values()):
        return failed
    if any(envoy.status is EnvoyStatus.INTERRUPTED for envoy in repairs.values()):
        return set()
    back = {name for name, one in repairs.items() if one.status is EnvoyStatus.ROLLED_BACK}
    return back or set(repairs)


def _passed(found: Found, hosts: Mapping[str, HostState]) -> set[Problem]:
    """Return the problems that are solved, unless the turn found them again."""
    is_done = found.looked and not any(host.needs_repair for host in hosts.values())
    return found.passed | ({Problem.ROLLOUT} if is_done else set())


def _problems(
    before: FleetState, found: Found, passed: Collection[Problem], now: str
) -> tuple[ProblemState, ...]:
    problems = []
    for kind in Problem:
        known = before.problem(kind)
        message = found.problems.get(kind)
        if message is not None:
            since, turns = (known.since, known.turns) if known else (now, 0)
            problems.append(ProblemState(kind, message, since, turns + 1))
        elif known is not None and kind not in passed:
            problems.append(known)
    return tuple(problems)
