# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides the course of a rollout: batch after batch, until all are done or a rule stops it.

Side effects are in `Parts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from vigo_bridge.run.batches import Batch
from vigo_bridge.run.results import BatchResult, EnvoyResult, EnvoyStatus, Gate
from vigo_bridge.wording import counted


@dataclass(frozen=True)
class Rules:
    """When a rollout continues.

    budget: how many hosts may fail before it stops. has_check: there is a health check for hosts.
    has_url: there is one for an address, after each batch. rolls_back: whether the hosts of a batch
    that failed are rolled back. rolls_back_all: whether those of earlier batches are, too.
    """

    budget: int
    has_check: bool
    has_url: bool
    rolls_back: bool
    rolls_back_all: bool


class Parts(Protocol):
    """The steps of a rollout.

    A text that a step returns is an error; an empty one means success. stopping: no further batch
    may start. cut: running programs were ended, too.
    """

    @property
    def stopping(self) -> bool: ...
    @property
    def cut(self) -> bool: ...
    def prepare(self, batch: Batch) -> str: ...
    def converge(self, batch: Batch) -> Mapping[str, EnvoyResult]: ...
    def check(self, hosts: Sequence[str], batch: Batch) -> Mapping[str, str]:
        """Return the unhealthy hosts, each with the output of its check."""

    def fetch(self, batch: Batch) -> str: ...
    def roll_back(self, hosts: Sequence[str]) -> Mapping[str, EnvoyResult]:
        """Undo what the rollout changed on hosts; return the result of each."""

    def discard_former_states(self, hosts: Sequence[str]) -> None:
        """Let hosts delete the states that a rollback needs."""

    def conclude(self, batch: Batch, failed: Sequence[str]) -> str: ...
    def pause(self, batch: Batch) -> str:
        """Wait between this batch and the next one; return why the next one must not start."""

    def keep(self, rolled: Rolled) -> None:
        """Store what has happened so far; called after each batch."""


@dataclass(frozen=True)
class Rolled:
    """The progress of a rollout. stopped: why no further batch starts, empty if one may.

    finished: hosts that are skipped when the rollout is resumed.
    """

    batches: tuple[BatchResult, ...] = ()
    envoys: Mapping[str, EnvoyResult] = field(default_factory=dict)
    finished: tuple[str, ...] = ()
    stopped: str = ""
    interrupted: bool = False

    @property
    def failed(self) -> tuple[str, ...]:
        return _failed(self.envoys)


def roll_out(batches: Sequence[Batch], rules: Rules, parts: Parts) -> Rolled:
    """Converge the batches in order, and return the outcome."""
    rolled = Rolled()
    for batch in batches:
        if parts.stopping:
            break
        rolled = _take(batch, rolled, rules, parts)
        parts.keep(rolled)
        if rolled.stopped:
            break
        if batch.number < batch.count and not parts.stopping:
            refused = parts.pause(batch)
            if refused:
                rolled = _refused(rolled, refused)
                parts.keep(rolled)
                break
    return replace(rolled, interrupted=parts.stopping)


def _take(batch: Batch, before: Rolled, rules: Rules, parts: Parts) -> Rolled:
    """Converge one batch, check its health, and return the outcome."""
    problem = parts.prepare(batch)
    if problem or parts.cut:
        return _added(before, batch, {}, stopped=problem)
    envoys = dict(parts.converge(batch))
    if parts.cut:
        return _added(before, batch, envoys)
    gates: list[str | None] = []
    if rules.has_check and (hosts := _healthy(envoys)):
        unhealthy = parts.check(hosts, batch)
        if parts.cut:
            return _added(before, batch, _unchecked(envoys, hosts))
        envoys.update({host: _failed_check(envoys[host], said) for host, said in unhealthy.items()})
        gates.append(_unhealthy(unhealthy) if unhealthy else None)
    spent = over_budget(len(before.failed) + len(_failed(envoys)), rules.budget)
    # After the last batch there is nothing to stop.
    stopped = spent if batch.number < batch.count else ""
    lost = ""
    if rules.has_url and not spent:
        stopped = lost = parts.fetch(batch)
        gates.append(lost or None)
    before, envoys, stopped = _after_failure(before, batch, envoys, stopped, lost, rules, parts)
    concluded = "" if parts.cut else parts.conclude(batch, _failed(envoys))
    details = [gate for gate in gates if gate]
    gate = Gate.FAILED if details else Gate.PASSED if gates else Gate.NONE
    return _added(
        before,
        batch,
        envoys,
        gate,
        "; ".join(details),
        stopped=stopped or concluded,
        # The failure of an address cannot be attributed to a host.
        finished=() if lost else _healthy(envoys),
    )


def _after_failure(
    before: Rolled,
    batch: Batch,
    envoys: Mapping[str, EnvoyResult],
    stopped: str,
    lost: str,
    rules: Rules,
    parts: Parts,
) -> tuple[Rolled, dict[str, EnvoyResult], str]:
    """Roll hosts back if the batch failed, and return the outcome before it, its own results, and
    why the rollout stops.
    """
    if not rules.rolls_back or parts.cut:
        return before, dict(envoys), stopped
    failed = _failed(envoys)
    if not failed and not lost:
        hosts = (*before.envoys, *envoys) if rules.rolls_back_all else tuple(envoys)
        if not rules.rolls_back_all or batch.number == batch.count:
            parts.discard_former_states(hosts)
        return before, dict(envoys), stopped
    if rules.rolls_back_all:
        earlier = tuple(before.envoys)
        before = replace(before, finished=())
        # If the controller is killed meanwhile, they must not count as finished.
        parts.keep(before)
    else:
        earlier = ()
    back = parts.roll_back([*earlier, *envoys])
    undone = {
        host: _rolled_back(envoy, back[host])
        for host, envoy in (*before.envoys.items(), *envoys.items())
        if host in back
    }
    before = replace(
        before, envoys={host: undone.get(host, envoy) for host, envoy in before.envoys.items()}
    )
    reason = stopped or f"{counted(len(failed), 'host')} of the batch failed"
    rolled_back = {host: undone[host] for host in envoys}
    count = sum(envoy.status.is_good for envoy in back.values())
    return before, rolled_back, f"{reason}; {count} of {counted(len(back), 'host')} rolled back"


def _rolled_back(envoy: EnvoyResult, back: EnvoyResult) -> EnvoyResult:
    """Return the result of a host after its rollback, which may have failed."""
    notes = tuple(dict.fromkeys([*envoy.notes, *back.notes]))
    restored = replace(envoy, notes=notes, restored=back.resources)
    if back.status.is_good:
        if not envoy.status.is_good:
            return restored
        return replace(restored, status=EnvoyStatus.ROLLED_BACK)
    if back.status is EnvoyStatus.INTERRUPTED:
        status = back.status if envoy.status.is_good else envoy.status
        return replace(restored, status=status, rollback_error=back.status.value)
    status = EnvoyStatus.FAILED if envoy.status is not EnvoyStatus.UNREACHABLE else envoy.status
    return replace(restored, status=status, rollback_error=back.message or back.status.value)


def over_budget(failed: int, budget: int) -> str:
    """Return the reason to stop after this number of failed hosts; may be empty."""
    if failed <= budget:
        return ""
    allowed = "none are allowed" if budget == 0 else f"{budget} may"
    return f"{counted(failed, 'host')} {'has' if failed == 1 else 'have'} failed, {allowed}"


def _added(
    before: Rolled,
    batch: Batch,
    envoys: Mapping[str, EnvoyResult],
    gate: Gate = Gate.NONE,
    detail: str = "",
    *,
    stopped: str = "",
    finished: Sequence[str] = (),
) -> Rolled:
    """Return the outcome with one more batch.

    A reason to stop without a failed gate is the batch's detail, too.
    """
    result = BatchResult(batch.hosts, gate, detail or stopped)
    return Rolled(
        (*before.batches, result),
        {**before.envoys, **envoys},
        (*before.finished, *finished),
        stopped,
    )


def _refused(before: Rolled, reason: str) -> Rolled:
    """Return the outcome if no further batch may start, for a reason other than the last one."""
    *others, last = before.batches
    said = replace(last, detail="; ".join(filter(None, [last.detail, reason])))
    return replace(before, batches=(*others, said), stopped=reason)


def _healthy(envoys: Mapping[str, EnvoyResult]) -> list[str]:
    good = (EnvoyStatus.CONVERGED, EnvoyStatus.CHANGED, EnvoyStatus.PENDING)
    return [host for host, envoy in envoys.items() if envoy.status in good]


def _failed(envoys: Mapping[str, EnvoyResult]) -> tuple[str, ...]:
    bad = (EnvoyStatus.FAILED, EnvoyStatus.UNREACHABLE)
    return tuple(host for host, envoy in envoys.items() if envoy.status in bad)


def _failed_check(envoy: EnvoyResult, said: str) -> EnvoyResult:
    return replace(envoy, status=EnvoyStatus.FAILED, message=said)


def _unchecked(envoys: Mapping[str, EnvoyResult], hosts: Sequence[str]) -> dict[str, EnvoyResult]:
    message = "the rollout was interrupted before the health check of this host; run again"
    return {
        host: replace(envoy, status=EnvoyStatus.INTERRUPTED, message=message)
        if host in hosts
        else envoy
        for host, envoy in envoys.items()
    }


def _unhealthy(unhealthy: Mapping[str, str]) -> str:
    host, said = next(iter(unhealthy.items()))
    others = f" (and {len(unhealthy) - 1} more)" if len(unhealthy) > 1 else ""
    return f"{host}{others}: {said}"
