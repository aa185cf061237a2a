# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``vigo-bridge watch`` does: turn after turn, it compares the hosts with the stack."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from vigo_bridge.app.options import HostOptions, Rollout, StackOptions
from vigo_bridge.app.rollout_job import Surroundings
from vigo_bridge.app.run_setup import run_options
from vigo_bridge.app.stack_in_force import StackInForce
from vigo_bridge.app.watch_log import Log, Once, Quiet, log
from vigo_bridge.app.watch_outputs import OutputOptions, watch_outputs
from vigo_bridge.app.watch_turn import TakenTurn, Watched, WatchOptions, now
from vigo_bridge.failures import Refusal, WrongUsage
from vigo_bridge.report.exit_status import FAILED, INTERRUPTED, INVALID, OK, PENDING
from vigo_bridge.report.progress import Lines
from vigo_bridge.run.rollout_options import RolloutOptions
from vigo_bridge.run.state import RolloutRunning, controller_folder, one_watcher, stack_key
from vigo_bridge.run.watch_signals import WatchSignals
from vigo_bridge.watch.schedule import next_turn
from vigo_bridge.watch.sources.source import Source
from vigo_bridge.watch.states.memory import Memory
from vigo_bridge.watch.states.model import FleetState, Problem
from vigo_bridge.watch.states.next_fleet import Found, next_fleet, without_retries
from vigo_bridge.watch.states.transitions import transitions
from vigo_bridge.watch.turns import Outputs, Turn


def refuse_wrong_options(
    rollout: Rollout, changes: Mapping[str, object], wanted: WatchOptions
) -> None:
    """Raise WrongUsage for options that a watcher cannot use together."""
    if rollout.resume:
        raise WrongUsage("--resume: each turn repairs the hosts that differ; remove this option")
    if not wanted.repair and rollout.options != RolloutOptions():
        raise WrongUsage("the options of a rollout, such as --batch-size, require --repair")
    if not wanted.repair and changes.get("pull_limit"):
        raise WrongUsage("--pull-limit requires --repair: only a repair pulls images")
    if changes.get("prune") and rollout.options.rolls_back:
        raise WrongUsage(
            "--prune cannot be undone, so it cannot be used with"
            f" --on-failure {rollout.options.on_failure}"
        )
    if wanted.splay > wanted.every:
        raise WrongUsage("--splay must not be longer than --every")


def watch(
    source: Source,
    stack: StackOptions,
    hosts: HostOptions,
    rollout: Rollout,
    changes: Mapping[str, object],
    wanted: WatchOptions,
    output: str,
    told: OutputOptions,
) -> int:
    """Watch the hosts until a signal comes or all turns are over; return the exit status.

    changes: as `run_options` takes them. told: the options of further outputs. Raise Failure.
    """
    how = run_options(hosts, output, changes)
    for warning in source.warnings:
        _warn(warning)
    with _Locks(source.folder, source.label) as locks, WatchSignals(_warn) as signals:
        warn = Once(_warn)
        shows_progress = hosts.verbosity > 0 and output == "text"
        watched = Watched(
            in_force=StackInForce(source, controller_folder(), stack.settings, warn),
            shown=source.shown,
            options=hosts,
            how=how,
            rollout=rollout,
            wanted=wanted,
            around=Surroundings(signals.stop, Lines(_warn) if shows_progress else Quiet(_warn)),
            hold=locks.hold,
            warn=warn,
        )
        memory = Memory(stack_key(source.folder), _warn)
        shown = Log(output, wanted.diverged_after, hosts.verbosity > 0)
        with watch_outputs(told, source, wanted, memory.load(), _warn) as others:
            watcher = _Watcher(watched, signals, memory, (*others, shown), warn)
            _announce(source, wanted, output)
            state = watcher.run()
    return _exit_status(signals.stop.number, state)


class _Locks:
    """The locks that keep other watchers of the same stack away."""

    def __init__(self, folder: Path, label: str) -> None:
        """Use a folder of a stack, by whose path and whose stack's ID the locks are named. label:
        the folder or the URL of the stack, for people.
        """
        self._folder = folder
        self._label = label
        self._by_path = contextlib.ExitStack()
        self._by_id = contextlib.ExitStack()
        self._key = ""

    def __enter__(self) -> _Locks:
        _take(self._by_path, stack_key(self._folder), self._label)
        return self

    def __exit__(self, *_: object) -> None:
        self._by_id.close()
        self._by_path.close()

    def hold(self, key: str) -> None:
        """Hold the lock of a stack instead of the one before. Raise Refusal."""
        if key in (self._key, stack_key(self._folder)):
            return
        taken = contextlib.ExitStack()
        _take(taken, key, self._label)
        self._by_id.close()
        self._by_id, self._key = taken, key


def _take(held: contextlib.ExitStack, key: str, label: str) -> None:
    try:
        held.enter_context(one_watcher(controller_folder(), key, label, _warn))
    except RolloutRunning as error:
        raise Refusal(f"{error}.") from error
    except OSError as error:
        raise Refusal(
            f"the state of the watcher cannot be kept: {explained(error)}. Set XDG_STATE_HOME to"
            " use another folder."
        ) from error


@dataclass
class _Watcher:
    watched: Watched
    signals: WatchSignals
    memory: Memory
    outputs: Sequence[Outputs]
    warn: Once

    def run(self) -> FleetState:
        """Take turns until there is a reason to stop; return the last state."""
        wanted = self.watched.wanted
        state = self.memory.load()
        if not wanted.repair:
            state = without_retries(state)
        taken = 0
        begin = time.monotonic()
        while not self.signals.stop.asked:
            at_once = self.signals.take_request()
            began = begin
            state = self._turn(state, began, at_once=at_once)
            taken += 1
            if wanted.turns is not None and taken >= wanted.turns:
                break
            begin = next_turn(began, wanted.every, time.monotonic())
            self.signals.wait_until(begin)
            begin = min(begin, time.monotonic())
        return state

    def _turn(self, before: FleetState, began: float, *, at_once: bool) -> FleetState:
        wanted = self.watched.wanted
        started = datetime.now().astimezone()
        clock = time.monotonic()
        self.warn.turn_begins()
        for output in self.outputs:
            output.turn_begins(before.turn + 1)

        def wait_until(after: float) -> None:
            self.signals.wait_until(clock + after)

        turn = TakenTurn(self.watched, before, wait_until, at_once)
        turn.take()
        if self.signals.stop.asked and not turn.found.looks:
            return before
        state = self._kept(before, turn.found)
        changed = transitions(before, state, wanted.diverged_after)
        ended = Turn(
            number=state.turn,
            started=started,
            duration=time.monotonic() - clock,
            looked=turn.found.looked,
            interval=wanted.every,
            actions=turn.found.actions,
            rollout=turn.rollout,
            stack=turn.stack,
            key=turn.key,
        )
        for output in self.outputs:
            output.turn_ended(state, changed, ended)
        return state

    def _kept(self, before: FleetState, found: Found) -> FleetState:
        """Return the state after a turn, and keep it over restarts if that is possible."""
        wanted = self.watched.wanted

        def after() -> FleetState:
            return next_fleet(
                before,
                found,
                now(),
                interval=wanted.every,
                diverged_after=wanted.diverged_after,
            )

        state = after()
        try:
            self.memory.save(state)
        except OSError as error:
            found.problems.setdefault(
                Problem.TURN, f"the state of the watcher cannot be kept: {explained(error)}"
            )
            state = after()
        return state


def _announce(source: Source, wanted: WatchOptions, output: str) -> None:
    if output == "text":
        how = "repairing what differs" if wanted.repair else "reporting what differs"
        log(f"watching {source.label} every {wanted.every:g} s, {how}")


def _exit_status(number: int | None, state: FleetState) -> int:
    """Return 0 after SIGTERM, 130 after another signal, otherwise the status for the last state."""
    if number is not None:
        return OK if number == signal.SIGTERM else INTERRUPTED
    if state.problems:
        return INVALID
    if state.unreachable or any(host.fails for host in state.hosts.values()):
        return FAILED
    pending = any(one.pending for host in state.hosts.values() for one in host.resources)
    return PENDING if pending else OK


def _warn(text: str) -> None:
    log(text, err=True)
