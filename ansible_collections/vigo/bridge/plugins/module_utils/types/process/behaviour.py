# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts processes with the user's command, and ends them with a signal."""

from __future__ import annotations

import os
import signal
import time
from typing import Callable, Sequence, Tuple

from ...common.errors import ResourceError
from ...common.time_limit import matching_limit
from ...host import caller_watch, process
from ...host.processes import Process, is_running, of_call, running
from ...secrets import references as secret_references
from ..base import NOT_YET_KNOWN, Behaviour, Decision, Outcome, Turn
from ..target import Target
from .descriptor import TYPE
from .spec import ProcessSpec, is_needed

#: How long a command that starts processes may take, and how long they may take to appear, in
#: seconds.
_START_TIMEOUT, _SHOW_TIMEOUT = 300.0, 10.0
#: How long killed processes may take to disappear, in seconds.
_DEATH = 5.0
_INTERVAL = 0.1
#: How many processes a message lists.
_NAMED = 5

Found = Tuple[Process, ...]


class ProcessBehaviour(Behaviour):
    """The type process."""

    type = TYPE

    def observe(self, spec: ProcessSpec, target: Target) -> Found:
        """Return the processes that match, without those of this call."""
        processes = running()
        ours = of_call(processes, os.getpid())
        with matching_limit("process: the search"):
            return tuple(
                each for each in processes if each.number not in ours and spec.matches(each)
            )

    def decide(self, spec: ProcessSpec, observed: Found, turn: Turn) -> Decision:
        if turn.uncertain:
            return Decision("unknown", f"{NOT_YET_KNOWN}; currently {_said(observed)}")
        if spec.state == "stopped":
            return _stop(spec, observed)
        if spec.accepts(len(observed)) and not (turn.triggered and spec.restart_method):
            return Decision("none")
        if not spec.restart_method:
            advice = "set restart_method to the command that starts it"
            if len(observed) >= spec.least:
                advice = "stop some, or set restart_method to the command that corrects it"
            raise ResourceError(f"{_said(observed)}, expected {spec.expected}", advice)
        if spec.accepts(len(observed)):
            return Decision("restarted", "triggered")
        action = "restarted" if observed else "started"
        return Decision(action, f"{_said(observed)}, expected {spec.expected}")

    def act(
        self, spec: ProcessSpec, observed: Found, decision: Decision, target: Target
    ) -> Outcome:
        if spec.state == "running":
            return self._start(spec, target)
        self._end(spec, target)
        return Outcome()

    def may_alter(self, spec: ProcessSpec) -> Sequence[str]:
        """Return the root folder: a process may change anything when it starts or ends."""
        return ("/",)

    def _start(self, spec: ProcessSpec, target: Target) -> Outcome:
        finished = process.run(
            target.secrets.reveal(spec.restart_method),
            timeout=_START_TIMEOUT,
            secrets=target.secrets,
            hidden=bool(secret_references.find(spec.restart_method)),
        )
        if finished.timed_out:
            raise ResourceError(
                f"restart_method did not finish within {_START_TIMEOUT:g} s and was stopped; start"
                " the process in the background",
                log=finished.output,
                rc=finished.rc,
            )
        finished.refuse_failure("restart_method", "correct the command")
        found = self._awaited(spec, target, _SHOW_TIMEOUT, lambda found: spec.accepts(len(found)))
        if not spec.accepts(len(found)):
            raise ResourceError(
                f"restart_method finished, but {_said(found)}, expected {spec.expected}; correct"
                " the command, or process",
                log=finished.output,
                rc=finished.rc,
            )
        return Outcome(finished.rc, finished.output)

    def _end(self, spec: ProcessSpec, target: Target) -> None:
        """End all processes that match, also those that appear meanwhile. Raise ResourceError."""
        asked: set[Process] = set()

        def ended(found: Found) -> bool:
            for each in found:
                if each not in asked:
                    asked.add(each)
                    _send(each, spec.signal)
            return not found

        if not self._awaited(spec, target, spec.kill_timeout, ended):
            return
        killed: set[Process] = set()

        def gone(found: Found) -> bool:
            for each in found:
                if each not in killed:
                    killed.add(each)
                    _send(each, signal.SIGKILL)
            return not found

        left = self._awaited(spec, target, _DEATH, gone)
        if left:
            raise ResourceError(
                f"{_said(left)}, although all were killed; if something restarts them, stop it"
                " first"
            )

    def _awaited(
        self, spec: ProcessSpec, target: Target, limit: float, enough: Callable[[Found], bool]
    ) -> Found:
        """Wait until there are enough matching processes or the time is over, and return them."""
        deadline = time.monotonic() + limit
        while True:
            found = self.observe(spec, target)
            if spec.state == "stopped":
                _refuse_needed(found)
            if enough(found) or time.monotonic() > deadline:
                return found
            caller_watch.leave_if_gone()
            time.sleep(_INTERVAL)


def _stop(spec: ProcessSpec, observed: Found) -> Decision:
    _refuse_needed(observed)
    return Decision("stopped", _said(observed)) if observed else Decision("none")


def _refuse_needed(found: Found) -> None:
    for each in found:
        if is_needed(each):
            raise ResourceError(
                f"process matches {_named(each)}, which must not be stopped: the machine would"
                " become unreachable; use a more specific process name"
            )


def _send(each: Process, number: int) -> None:
    """Send a signal, unless the number belongs to another process by now."""
    if not is_running(each):
        return
    try:
        os.kill(each.number, number)
    except ProcessLookupError:
        pass
    except PermissionError as error:
        raise ResourceError(f"no permission to stop {_named(each)}; run with become") from error


def _said(found: Found) -> str:
    """Return a text that names the running processes."""
    if not found:
        return "no process runs"
    names = ", ".join(_named(each) for each in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{len(found)} process{'es run' if len(found) > 1 else ' runs'}: {names}{more}"


def _named(each: Process) -> str:
    return f"{min(sorted(each.names), key=len)} (pid {each.number})"
