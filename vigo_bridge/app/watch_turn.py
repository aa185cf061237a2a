# SPDX-License-Identifier: GPL-3.0-or-later
"""One turn of a watcher: loads the stack in force, checks the hosts, and repairs differences."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.ansible.module_documentation import forget_changed_modules
from vigo_bridge.app.hosts import Asked, Hosts, finding_hosts
from vigo_bridge.app.options import HostOptions, Rollout, StackOptions
from vigo_bridge.app.plan_and_run import Ready, refuse_unnamed, stack_job, with_secrets
from vigo_bridge.app.rollout_job import (
    AlreadyRunning,
    Job,
    Surroundings,
    at_once,
    carry_out,
    history,
)
from vigo_bridge.app.run_setup import on_its_nodes
from vigo_bridge.app.selectors import hosts_of
from vigo_bridge.app.stack_in_force import InForce, StackInForce
from vigo_bridge.app.stack_loading import findings, require_match
from vigo_bridge.failures import Failure
from vigo_bridge.language.diagnostics import Diagnostic, has_errors
from vigo_bridge.language.model import Stack
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.clock import Clock
from vigo_bridge.report.diagnostics import as_text
from vigo_bridge.report.terminal import listed
from vigo_bridge.resolve import resolve
from vigo_bridge.resolve.plan import Plan
from vigo_bridge.run.converge import RunOptions
from vigo_bridge.run.results import EnvoyStatus, RunResult, RunStatus
from vigo_bridge.run.state import controller_folder, running_rollout, stack_key
from vigo_bridge.watch.schedule import slices
from vigo_bridge.watch.states.model import FleetState, Problem
from vigo_bridge.watch.states.next_fleet import Found, due_for_repair

#: The command of a repair in the history.
COMMAND = "watch"


@dataclass(frozen=True)
class WatchOptions:
    """How to watch. every: seconds between two turns. splay: seconds over which a turn spreads its
    checks of hosts. repair: whether to converge hosts that differ. turns: how many; None: until
    it is stopped. diverged_after: see `watch.states`.
    """

    every: float
    splay: float = 0
    repair: bool = False
    turns: int | None = None
    diverged_after: int = 3


@dataclass(frozen=True)
class Watched:
    """What all turns have in common.

    shown: the folder in which messages name files of the stack. how, rollout: of a repair. around:
    handles the signals. hold: takes the lock of a stack's watcher, or raises Failure. warn: called
    with warnings, which may be the same in each turn.
    """

    in_force: StackInForce
    shown: Path
    options: HostOptions
    how: RunOptions
    rollout: Rollout
    wanted: WatchOptions
    around: Surroundings
    hold: Callable[[str], None]
    warn: Callable[[str], None]


@dataclass(frozen=True)
class _Loaded:
    """A stack that has no errors for the hosts of this turn. options: where it was read from."""

    options: StackOptions
    stack: Stack
    plan: Plan


class _TurnEnded(Exception):
    """The turn cannot continue. The reason is in `found`."""


@dataclass
class TakenTurn:
    """A turn. before: the state at its begin. wait_until: waits until some seconds after its
    begin. at_once: whether it neither waits for slots of hosts nor after failed repairs.

    found: what it found so far. rollout: its number in the history, if something was repaired.
    stack, key: see `watch.turns.Turn`.
    """

    watched: Watched
    before: FleetState
    wait_until: Callable[[float], None]
    at_once: bool
    found: Found = field(default_factory=Found)
    rollout: int | None = None
    stack: str = ""
    key: str = ""
    _loaded: _Loaded | None = None

    def take(self) -> None:
        """Carry out the turn. Problems are in `found`."""
        forget_changed_modules()
        try:
            with (
                self._ending_with(Problem.INVENTORY),
                finding_hosts(self.watched.options) as asked,
            ):
                self._take(asked)
        except _TurnEnded:
            pass
        except Exception as error:  # The next turn may succeed.
            self.found.problems[Problem.TURN] = _internal(error)

    def _take(self, asked: Asked) -> None:
        known: list[Hosts] = []

        def hosts() -> Hosts:
            if not known:
                with self._ending_with(Problem.INVENTORY):
                    known.append(asked())
                self.found.passed.add(Problem.INVENTORY)
            return known[0]

        with (
            self._ending_with(Problem.SOURCE),
            self.watched.in_force.turn(
                lambda options, stack: self._errors(options, stack, hosts())
            ) as current,
        ):
            self._note(current)
            if current.stack is None or current.loaded is None:
                return
            with self._ending_with(Problem.STACK):
                loaded = self._in_force(current.stack, current.loaded, hosts())
            chosen = hosts_of(loaded.plan, self.watched.how.only)
            self.found.hosts = [host for host in hosts().names if host in chosen]
            self.found.revision = current.revision
            ready = self._ready(loaded, hosts())
            watched = self.watched
            with (
                self._ending_with(Problem.TURN),
                private_folder() as private,
                on_its_nodes(watched.how, watched.options, ready.hosts, ready.uses, None) as how,
            ):
                job = stack_job(COMMAND, loaded.options, ready, how, private)
                self._look(job, private)
                if self.watched.wanted.repair:
                    self._repair(job, private)
            self.found.passed.add(Problem.TURN)

    def _errors(self, options: StackOptions, stack: Stack, hosts: Hosts) -> str | None:
        """Return the errors of a stack as one text; None if it can be used."""
        found = findings(stack)
        if not has_errors(found):
            plan, found = resolve(stack, hosts.names, options.settings)
            if not has_errors(found):
                return self._mismatch(_Loaded(options, stack, plan), hosts)
        return _texts(found, self.watched.shown)

    def _mismatch(self, loaded: _Loaded, hosts: Hosts) -> str | None:
        """Keep a stack for this turn, or return why it is not for these hosts."""
        try:
            require_match(loaded.plan, loaded.stack, loaded.options, hosts.names)
        except Failure as error:
            return str(error)
        self._loaded = loaded
        return None

    def _note(self, current: InForce) -> None:
        """Record whether the newest stack is in force."""
        kind = Problem.STACK if current.kind == "stack" else Problem.SOURCE
        if current.problem is None:
            self.found.passed |= {Problem.SOURCE, Problem.STACK}
            return
        if kind is Problem.STACK:
            self.found.passed.add(Problem.SOURCE)
        stays = "no earlier stack can be used: nothing is checked"
        if current.stack is not None:
            stays = f"the stack {current.revision} of {current.since} stays in force"
        self.found.problems[kind] = f"{current.problem}\n{stays}"

    def _in_force(self, options: StackOptions, stack: Stack, hosts: Hosts) -> _Loaded:
        """Return the stack in force. Raise Failure if it cannot be used with today's hosts."""
        if self._loaded is None or self._loaded.options != options:
            self._loaded = None
            errors = self._errors(options, stack, hosts)
            if errors is not None:
                raise Failure(errors)
        assert self._loaded is not None
        if self.watched.how.prune:
            refuse_unnamed(self._loaded.stack, options, "--prune")
        return self._loaded

    def _ready(self, loaded: _Loaded, hosts: Hosts) -> Ready:
        watched = self.watched
        with self._ending_with(Problem.LOCK):
            identity = loaded.plan.identity
            key = stack_key(loaded.options.folder, identity.id)
            self.stack, self.key = identity.name, key
            watched.hold(key)
            busy = running_rollout(controller_folder(), key, loaded.options.label, watched.warn)
            if busy:
                raise Failure(f"{busy}. Until then, nothing is checked or repaired")
        self.found.passed.add(Problem.LOCK)
        if loaded.plan.unmatched:
            watched.warn(f"skipping {listed(loaded.plan.unmatched)}: no match entry")
        with self._ending_with(Problem.SECRETS):
            check = watched.rollout.options.health_check
            ready = with_secrets(
                loaded.stack, loaded.plan, loaded.options, hosts, check, watched.warn
            )
        self.found.passed.add(Problem.SECRETS)
        return ready

    def _look(self, job: Job, private: Path) -> None:
        """Check what `run` would change on all hosts, in groups that are spread over time."""
        how = replace(job.how, check_mode=True)
        splay = 0 if self.at_once else self.watched.wanted.splay
        for number, part in enumerate(slices(job.hosts, splay), start=1):
            if part.after:
                self.wait_until(part.after)
            self._end_if_stopped()
            folder = private / f"look-{number}"
            folder.mkdir()
            look = replace(job, how=how, hosts=part.hosts, clock=Clock())
            result = at_once(look, folder, within=self.watched.around)
            self._end_if_stopped()
            self.found.looks.update(result.envoys)

    def _repair(self, job: Job, private: Path) -> None:
        """Roll the stack out to the hosts that need it."""
        due = due_for_repair(self.before, self.found, at_once=self.at_once)
        if not due:
            return
        history().make_room(COMMAND)
        stop = self.watched.around.stop
        folder = private / "repair"
        folder.mkdir()
        stop.at_once = False
        try:
            repair = replace(job, hosts=due, clock=Clock())
            result = carry_out(repair, self.watched.rollout, folder, within=self.watched.around)
        finally:
            stop.at_once = True
        self._note_repair(result, job)

    def _note_repair(self, result: RunResult, job: Job) -> None:
        reached = dict(result.envoys)
        if result.status is RunStatus.INTERRUPTED:
            reached = {
                host: envoy
                for host, envoy in reached.items()
                if envoy.status is not EnvoyStatus.UNTOUCHED
            }
        self.found.repairs = reached
        record = history().last(job.key)
        self.rollout = record.number if record else None
        if result.stopped:
            self.found.problems[Problem.ROLLOUT] = f"the repair was stopped: {result.stopped}"
        elif result.status is not RunStatus.INTERRUPTED:
            self.found.passed.add(Problem.ROLLOUT)

    def _end_if_stopped(self) -> None:
        if self.watched.around.stop.asked:
            raise _TurnEnded

    @contextlib.contextmanager
    def _ending_with(self, problem: Problem) -> Iterator[None]:
        """End the turn with this problem if the block fails."""
        try:
            yield
        except AlreadyRunning as error:
            self._end(Problem.LOCK, str(error), error)
        except Failure as error:
            self._end(problem, str(error), error)
        except OSError as error:
            self._end(problem, explained(error), error)

    def _end(self, problem: Problem, text: str, cause: Exception) -> NoReturn:
        # Errors of programs that were stopped are not problems.
        if not self.watched.around.stop.asked:
            self.found.problems[problem] = text
        raise _TurnEnded from cause


def now() -> str:
    """Return the time as RFC 3339."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _texts(found: Sequence[Diagnostic], folder: Path) -> str:
    return "\n".join(as_text(one, folder) for one in found if one.severity == "error")


def _internal(error: Exception) -> str:
    *_, frame = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return f"internal error (please report it): {type(error).__name__} in {place}: {error}"
