# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolls a project out to a fleet: one call of Ansible for each batch, and one for each check."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from vigo_bridge.run.batches import Batch, split
from vigo_bridge.run.converge import Converger
from vigo_bridge.run.gates import run_here
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult, run_status
from vigo_bridge.run.rollout import Rolled, Rules, roll_out
from vigo_bridge.run.rollout_options import RolloutOptions
from vigo_bridge.run.watcher import Watcher
from vigo_bridge.wording import some

#: Called after each batch with the result so far, and the hosts that are finished.
Keep = Callable[[RunResult, Sequence[str]], None]
#: Called with the last batch and the hosts of the next one; waits until the user has confirmed that
#: one, or until the rollout is stopped, and returns why it must not start.
Confirm = Callable[[Batch, Sequence[str]], str]


def roll_out_to_fleet(
    hosts: Sequence[str],
    finished: Sequence[str],
    converger: Converger,
    options: RolloutOptions,
    health_variables: Path | None,
    watcher: Watcher,
    keep: Keep,
    confirm: Confirm,
) -> RunResult:
    """Roll out to all hosts that are not finished already, in their order.

    health_variables: the file with variables that turn a run into a health check, see
        `emit.command`.
    """
    done = frozenset(finished)
    batches = split(
        [host for host in hosts if host not in done], options.batch_sizes, total=len(hosts)
    )
    rules = Rules(
        budget=options.max_failures.of(len(hosts)),
        has_check=bool(options.health_check),
        has_url=bool(options.health_check_url),
        rolls_back=options.rolls_back,
        rolls_back_all=options.on_failure == "rollback-all",
    )
    fleet = _Fleet(
        hosts, batches, done, converger, options, health_variables, watcher, keep, confirm
    )
    return fleet.result(roll_out(batches, rules, fleet))


class _Fleet:
    """The steps of a real rollout."""

    def __init__(
        self,
        hosts: Sequence[str],
        batches: Sequence[Batch],
        done: frozenset[str],
        converger: Converger,
        options: RolloutOptions,
        health_variables: Path | None,
        watcher: Watcher,
        keep: Keep,
        confirm: Confirm,
    ) -> None:
        self._hosts = hosts
        self._batches = batches
        self._done = done
        self._converger = converger
        self._options = options
        self._health_variables = health_variables
        self._watcher = watcher
        self._keep = keep
        self._confirm = confirm
        self._started = datetime.datetime.now(datetime.UTC)
        self._clock = time.monotonic()

    @property
    def stopping(self) -> bool:
        return self._converger.stop.asked

    @property
    def cut(self) -> bool:
        return self._converger.stop.cut

    def prepare(self, batch: Batch) -> str:
        self._watcher.batch(batch)
        return self._hook("--before-batch", self._options.before_batch, batch, ())

    def converge(self, batch: Batch) -> Mapping[str, EnvoyResult]:
        return self._converger(batch.hosts, self._watcher.host)

    def check(self, hosts: Sequence[str], batch: Batch) -> Mapping[str, str]:
        unhealthy: dict[str, str] = {}
        for attempt in range(1, self._options.health_retries + 1):
            unhealthy = self._unhealthy(list(unhealthy) or hosts)
            if not unhealthy or self.cut:
                break
            said = next(iter(unhealthy.values()))
            self._report_attempt(attempt, f"{some(list(unhealthy))} not healthy: {said}")
        failed = {
            host: f"health check failed, attempt {attempt}: {said}"
            for host, said in unhealthy.items()
        }
        return {**failed, **self._unhealthy_later([host for host in hosts if host not in failed])}

    def _unhealthy_later(self, hosts: Sequence[str]) -> Mapping[str, str]:
        """Return the hosts that do not stay healthy long enough, each with a message."""
        needed, began = self._options.min_healthy_time, time.monotonic()
        failed: dict[str, str] = {}
        if needed and hosts and not self.cut:
            self._watcher.say(f"health check passed; it must pass for {needed:g} s")
        while not self.cut and len(failed) < len(hosts):
            left = needed - (time.monotonic() - began)
            if left <= 0:
                break
            self._converger.stop.wait(min(left, self._options.health_interval))
            if self.cut:
                break
            passed = time.monotonic() - began
            for host, said in self._unhealthy(
                [host for host in hosts if host not in failed]
            ).items():
                failed[host] = f"health check failed again after {passed:.0f} s: {said}"
                self._watcher.say(f"{host}: {failed[host]}")
        return failed

    def _unhealthy(self, hosts: Sequence[str]) -> dict[str, str]:
        """Check hosts; return those that are not healthy, each with the output of its check."""
        asked = self._converger(hosts, _not_shown, self._health_variables)
        return {
            host: _said(envoy)
            for host, envoy in asked.items()
            if envoy.status is not EnvoyStatus.CHANGED
        }

    def fetch(self, batch: Batch) -> str:
        # Imported here: it takes long, with all of TLS, and few rollouts fetch anything.
        from vigo_bridge.run.health_url import fetch

        url = self._options.health_check_url
        for attempt in range(1, self._options.health_retries + 1):
            problem = fetch(url, lambda: self.cut)
            if not problem:
                return ""
            problem = f"{url}, attempt {attempt}: {problem}"
            if self.cut:
                break
            self._report_attempt(attempt, problem)
        return problem

    def roll_back(self, hosts: Sequence[str]) -> Mapping[str, EnvoyResult]:
        self._watcher.say(f"rolling back {some(hosts)}")
        return self._converger(hosts, _not_shown, former="restore")

    def discard_former_states(self, hosts: Sequence[str]) -> None:
        self._converger(hosts, _not_shown, former="discard")

    def conclude(self, batch: Batch, failed: Sequence[str]) -> str:
        return self._hook("--after-batch", self._options.after_batch, batch, failed)

    def pause(self, batch: Batch) -> str:
        after = self._options.pause_after
        if after and batch.number not in after:
            return ""
        if self._options.pause:
            self._watcher.say(f"pause of {self._options.pause:g} s")
            self._converger.stop.wait(self._options.pause)
        if self._options.confirm and not self.stopping:
            return self._confirm(batch, self._batches[batch.number].hosts)
        return ""

    def keep(self, rolled: Rolled) -> None:
        self._keep(self.result(rolled), (*self._done, *rolled.finished))

    def result(self, rolled: Rolled) -> RunResult:
        """Return all hosts, also those that the rollout did not reach."""
        envoys = {host: rolled.envoys.get(host, self._unseen(host)) for host in self._hosts}
        status = run_status(
            list(envoys.values()), interrupted=rolled.interrupted, stopped=bool(rolled.stopped)
        )
        return RunResult(
            status,
            rolled.batches,
            envoys,
            self._started,
            time.monotonic() - self._clock,
            rolled.stopped,
        )

    def _unseen(self, host: str) -> EnvoyResult:
        if host in self._done:
            return EnvoyResult(EnvoyStatus.CONVERGED, "finished in the resumed rollout")
        return EnvoyResult(EnvoyStatus.UNTOUCHED)

    def _hook(self, option: str, command: str, batch: Batch, failed: Sequence[str]) -> str:
        if not command:
            return ""
        problem = run_here(
            command,
            {
                "VIGO_BATCH": str(batch.number),
                "VIGO_BATCHES": str(batch.count),
                "VIGO_BATCH_HOSTS": " ".join(batch.hosts),
                "VIGO_BATCH_FAILED": " ".join(failed),
            },
        )
        return f"{option} of batch {batch.number}: {problem}" if problem else ""

    def _report_attempt(self, attempt: int, problem: str) -> None:
        retries = self._options.health_retries
        self._watcher.say(f"health check {attempt} of {retries}: {problem}")
        if attempt < retries:
            self._converger.stop.wait(self._options.health_interval)


def _not_shown(_host: str, _envoy: EnvoyResult | None) -> None:
    """Show no progress: hosts are checked or rolled back."""


def _said(envoy: EnvoyResult) -> str:
    """Return the exit code and the output of a failed check."""
    for resource in envoy.resources:
        log = (resource.error or {}).get("log") or resource.output or ""
        return ": ".join(filter(None, [resource.reason, log.strip()[-500:]]))
    return envoy.message
