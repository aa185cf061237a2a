# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a job on a fleet: locked, recorded and resumable. Used by `run`, `task run` and
others.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.app.confirming import Confirming
from vigo_bridge.app.kept_stacks import keep, kept_stacks
from vigo_bridge.app.options import Rollout, StackOptions
from vigo_bridge.emit.command import HEALTH_SCOPE, health_check, write_variables
from vigo_bridge.failures import Failure, Refusal
from vigo_bridge.report.clock import Clock
from vigo_bridge.report.json_report import GrowingRun, run_as_data
from vigo_bridge.report.live import watching
from vigo_bridge.report.printing import echo
from vigo_bridge.report.progress import Lines, Silence
from vigo_bridge.report.screen import Screen
from vigo_bridge.run.batches import Batch, split
from vigo_bridge.run.converge import Converger, RunOptions, converging
from vigo_bridge.run.fleet import roll_out_to_fleet
from vigo_bridge.run.history import KEPT, History, Record
from vigo_bridge.run.results import BatchResult, EnvoyResult, EnvoyStatus, RunResult, run_status
from vigo_bridge.run.rollout_options import RolloutOptions
from vigo_bridge.run.state import STATE_CHANGE, UNDO, RolloutRunning, controller_folder, one_rollout
from vigo_bridge.run.stop import Stop
from vigo_bridge.run.watcher import Watcher
from vigo_bridge.secrets.server import Secrets
from vigo_bridge.wording import counted


@dataclass(frozen=True)
class Job:
    """A job on hosts.

    project: a folder with `site.yml` and `inventory/`. sources: the user's inventories. stack: the
    stack to lock. keeps_files: whether its files are kept for a rollback. check: the playbook of
    health checks, if it is a different one. command, subject, key, fingerprint: see
    `run.history.Record`. clock: records the times of events.
    """

    command: str
    subject: str
    project: Path
    sources: Sequence[str]
    hosts: Sequence[str]
    secrets: Secrets
    how: RunOptions
    key: str
    fingerprint: str
    stack: StackOptions | None = None
    keeps_files: bool = True
    check: Path | None = None
    clock: Clock = field(default_factory=Clock)

    @property
    def lock(self) -> str:
        """The name of the stack's lock, which allows one rollout at a time."""
        return self.key.removeprefix(STATE_CHANGE)


@dataclass(frozen=True)
class Surroundings:
    """What handles signals and shows progress for several jobs in turn."""

    stop: Stop
    watcher: Watcher


class AlreadyRunning(Refusal):
    """Another rollout of the stack is running."""


def at_once(
    job: Job,
    private: Path,
    *,
    quiet: bool = False,
    names_hosts: bool = True,
    within: Surroundings | None = None,
) -> RunResult:
    """Do the job on all hosts at once, or predict it. It is not recorded, and Ctrl-C ends it
    immediately.

    quiet: whether no progress is shown. names_hosts: whether the progress has a line for each host,
    which stays. within: used instead of what the job alone would have.
    """
    with (
        contextlib.nullcontext(Silence())
        if quiet
        else _watching(job, within, names_hosts) as watcher,
        _stopping(watcher, within, at_once=True) as stop,
        _converging(job, private, stop) as converger,
    ):
        return roll_out_to_fleet(
            job.hosts,
            (),
            converger,
            RolloutOptions(),
            None,
            job.clock.watching(watcher),
            lambda *_: job.clock.batch_ended(),
            lambda *_: "",
        )


def carry_out(
    job: Job, rollout: Rollout, private: Path, *, within: Surroundings | None = None
) -> RunResult:
    """Converge the hosts in batches. Raise AlreadyRunning if another rollout is running.

    within: as for `at_once`.
    """
    if not rollout.options.health_check:
        how = replace(job.how, min_healthy_time=rollout.options.min_healthy_time)
        job = replace(job, how=how)
    with contextlib.ExitStack() as held:
        with _recording():
            state = controller_folder()
            if job.stack:
                held.enter_context(_lock_of(job, job.stack, state))
            past, stacks = history(state), kept_stacks()
            finished: Sequence[str] = ()
            if rollout.resume:
                unchecked = not rollout.options.has_gate
                finished = _finished(job, past, Lines(), counts_recovered=unchecked)
            record = past.add(
                len(job.hosts),
                command=job.command,
                subject=job.subject,
                key=job.key,
                fingerprint=job.fingerprint,
                finished=finished,
            )
        if job.stack and job.keeps_files:
            keep(stacks, record, job.stack, job.secrets, past.numbers())
        job = replace(job, how=replace(job.how, record=record.name))
        if rollout.options.rolls_back:
            job = replace(job, how=replace(job.how, rollout=record.name))
        return _remembered(job, rollout, finished, past, record, private, within)


def roll_back(job: Job, undone: Record, private: Path) -> RunResult:
    """Undo what a rollout changed on the hosts. Raise Failure if another rollout is running.

    It can be repeated. It is recorded, but never resumed or rolled back itself. Hosts that were
    rolled back are not finished any more, so that resuming the rollout converges them again.
    """
    with contextlib.ExitStack() as held:
        with _recording():
            state = controller_folder()
            if job.stack:
                held.enter_context(_lock_of(job, job.stack, state))
            past = history(state)
            undone = past.get(undone.number) or undone
            unfinished = replace(undone, finished=_without(undone.finished, job.hosts))
            if unfinished != undone:
                past.write(unfinished)
            record = past.add(
                len(job.hosts),
                command=job.command,
                subject=job.subject,
                key=f"{UNDO}{job.key}",
                fingerprint=job.fingerprint,
            )
        watcher = held.enter_context(_watching(job))
        stop = held.enter_context(Stop(watcher.say, at_once=True))
        converger = held.enter_context(_converging(job, private, stop))
        started, clock = datetime.now(UTC), time.monotonic()
        watcher.batch(Batch(1, 1, tuple(job.hosts)))
        envoys = converger(job.hosts, watcher.host, former="restore")
        status = run_status(list(envoys.values()), interrupted=stop.asked)
        batches = (BatchResult(tuple(job.hosts)),)
        result = RunResult(status, batches, envoys, started, time.monotonic() - clock)
        stayed = [host for host, envoy in envoys.items() if _had_nothing_to_undo(envoy)]
        went = _without(job.hosts, stayed)
        if not went:
            watcher.say(
                f"nothing to undo: no host has kept what rollout {undone.number} changed. Hosts"
                " keep that only with --on-failure rollback or rollback-all, until the rollout"
                " succeeds or the next one starts; to return to earlier files of the stack, use"
                " `vigo-bridge rollback`"
            )
        try:
            past.write(replace(record, result=run_as_data(result), ended=True))
            past.write(replace(undone, finished=_without(undone.finished, went)))
        except OSError as error:  # The hosts are done: that decides the exit status.
            watcher.say(f"warning: the history cannot be kept: {explained(error)}")
        return result


def _had_nothing_to_undo(envoy: EnvoyResult) -> bool:
    """Return whether there was nothing to undo on a host."""
    is_good = envoy.status is EnvoyStatus.CONVERGED
    return is_good and all(resource.action == "none" for resource in envoy.resources)


def _without(hosts: Sequence[str], others: Collection[str]) -> tuple[str, ...]:
    return tuple(host for host in hosts if host not in others)


@contextlib.contextmanager
def _recording() -> Iterator[None]:
    """Raise Failure if another rollout is running, or this one cannot be recorded."""
    try:
        yield
    except RolloutRunning as error:
        raise AlreadyRunning(f"{error}.") from error
    except OSError as error:
        raise Refusal(
            f"the history cannot be kept: {explained(error)}. Set XDG_STATE_HOME to use another"
            " folder."
        ) from error


def batches_of(job: Job, rollout: Rollout) -> tuple[Batch, ...]:
    """Return the batches of the job."""
    return split(job.hosts, rollout.options.batch_sizes, len(job.hosts))


def history(state: Path | None = None) -> History:
    """Return the controller's history. VIGO_BRIDGE_HISTORY sets how many rollouts it keeps."""
    text = os.environ.get("VIGO_BRIDGE_HISTORY", str(KEPT))
    if not text.isdecimal() or int(text) < 1:
        raise Failure(f"VIGO_BRIDGE_HISTORY={text}: expected an integer, 1 or more")
    return History((state or controller_folder()) / "history", int(text), _warn)


def _warn(text: str) -> None:
    echo(f"warning: {text}", err=True)


def _remembered(
    job: Job,
    rollout: Rollout,
    finished: Sequence[str],
    past: History,
    record: Record,
    private: Path,
    within: Surroundings | None,
) -> RunResult:
    health, run = private / "health.yml", GrowingRun()
    write_variables(health, HEALTH_SCOPE, health_check(rollout.options.health_check), {})
    with (
        _watching(job, within) as watcher,
        _stopping(watcher, within) as stop,
        _converging(job, private, stop) as converger,
    ):

        def keep(result: RunResult, done: Sequence[str], ended: bool = False) -> None:
            nonlocal record
            if not ended:
                job.clock.batch_ended()
            data = run.as_data(result)
            record = replace(record, finished=tuple(done), result=data, ended=ended)
            try:
                past.write(record)
            except OSError as error:  # not a reason to stop the rollout
                watcher.say(
                    f"warning: the history cannot be kept: {explained(error)}. This rollout cannot"
                    " be resumed"
                )

        result = roll_out_to_fleet(
            job.hosts,
            finished,
            converger,
            rollout.options,
            health,
            job.clock.watching(watcher),
            keep,
            Confirming(record, stop, watcher),
        )
        keep(result, record.finished, ended=True)
    return result


def _lock_of(job: Job, stack: StackOptions, state: Path) -> contextlib.AbstractContextManager[None]:
    command = f"`vigo-bridge {job.command}`"
    return one_rollout(state, job.lock, stack.label, _warn, command)


def _stopping(
    watcher: Watcher, within: Surroundings | None, at_once: bool = False
) -> contextlib.AbstractContextManager[Stop]:
    return contextlib.nullcontext(within.stop) if within else Stop(watcher.say, at_once)


def _watching(
    job: Job, within: Surroundings | None = None, names_hosts: bool = True
) -> contextlib.AbstractContextManager[Watcher]:
    if within:
        return contextlib.nullcontext(within.watcher)
    shows_ansible = job.how.ansible_verbosity is not None
    console = Screen(stderr=True)
    return watching(len(job.hosts), console, plain=shows_ansible, names_hosts=names_hosts)


def _converging(
    job: Job, private: Path, stop: Stop
) -> contextlib.AbstractContextManager[Converger]:
    inventory = [*job.sources, str(job.project / "inventory")]
    return converging(
        job.project / "site.yml", inventory, job.secrets, job.how, private, stop, echo, job.check
    )


def _finished(job: Job, past: History, lines: Lines, *, counts_recovered: bool) -> tuple[str, ...]:
    """Return the hosts that the last rollout of this key finished, if it is to be resumed.

    counts_recovered: whether hosts count that have converged after it was interrupted.
    """
    last = past.last(job.key)
    if last is None or last.is_complete:
        lines.say("nothing to resume; starting from the first host")
        return ()
    selected = frozenset(job.hosts)
    if last.fingerprint != job.fingerprint:
        lines.say(
            f"rollout {last.number} cannot be resumed because the stack or the options changed;"
            " starting from the first host"
        )
        return ()
    recovered = job.how.recover(last.name, lines.say)
    done = (*last.finished, *recovered) if counts_recovered else last.finished
    finished = tuple(host for host in dict.fromkeys(done) if host in selected)
    share = f"{len(finished)} of {counted(len(job.hosts), 'host')} done"
    lines.say(f"resuming rollout {last.number}: {share}")
    return finished
