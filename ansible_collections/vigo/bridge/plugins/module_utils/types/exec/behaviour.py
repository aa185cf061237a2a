# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exec resource: a command that runs if its guards permit it."""

from __future__ import annotations

import contextlib
import errno
import shlex
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from ...common.dataclass import replace
from ...common.errors import Blocked, ResourceError
from ...host.accounts import missing, user_number
from ...host.system_errors import explained
from ...secrets import references as secret_references
from ..base import Behaviour, Decision, Outcome, Turn
from ..result import Result
from ..target import Target
from .descriptor import TYPE
from .guards import Answer, ask
from .returned import Clock, of_run, without_run
from .secret_file import secret_file
from .spec import SECRET_FILE, ExecSpec, on_this_machine, parse

if TYPE_CHECKING:
    from ...host.process import Command, Finished


class Exec(Behaviour):
    """The type exec. separate: whether to return stdout and stderr separately, too."""

    def __init__(self, separate: bool = False) -> None:
        self._separate = separate

    type = TYPE

    def parse(self, attributes: Mapping[str, Any]) -> ExecSpec:
        return on_this_machine(parse(attributes))

    def when_triggered(self, spec: ExecSpec) -> ExecSpec:
        """Return the spec without the guards that say that the command has already run."""
        return replace(
            spec,
            guards=tuple(g for g in spec.guards if g.kind not in TYPE.unchecked_when_triggered),
        )

    def observe(self, spec: ExecSpec, target: Target) -> tuple[Answer, ...]:
        return tuple(ask(guard, spec, target) for guard in spec.guards)

    def decide(self, spec: ExecSpec, observed: tuple[Answer, ...], turn: Turn) -> Decision:
        """Decide to run if all guards permit it."""
        for answer in observed:
            if answer.agrees is False:
                return Decision("skipped", f"{answer.guard.kind}: {answer.finding}")
        open_questions = [answer.guard.kind for answer in observed if answer.agrees is None]
        if open_questions:
            kinds = " and ".join(open_questions)
            reason = f"{kinds} can be checked only after earlier changes"
            return Decision("unknown", reason, _diff(spec))
        if turn.triggered:
            return Decision("ran", "triggered", _diff(spec))
        findings = [f"{answer.guard.kind}: {answer.finding}" for answer in observed]
        return Decision("ran", "; ".join(findings) or "it has no guard", _diff(spec))

    def confirm(
        self, spec: ExecSpec, observed: tuple[Answer, ...], decision: Decision, target: Target
    ) -> None:
        """Raise NoAccount in check mode, for a user that would not exist."""
        if not target.check_mode or not spec.user or decision.action != "ran":
            return
        uid = target.overlay.accounts.users.get(spec.user, user_number(spec.user))
        if uid is None and not spec.user.isdecimal():
            raise missing(spec.user)

    def may_alter(self, spec: ExecSpec) -> Sequence[str]:
        """Return the root folder: a command may change anything."""
        return ("/",)

    def act(
        self, spec: ExecSpec, observed: tuple[Answer, ...], decision: Decision, target: Target
    ) -> Outcome:
        if spec.background:
            output = f"started in the background with pid {_start(spec, target)}\n"
            return Outcome(output=output, returned={"rc": None, "output": output})
        clock = Clock()
        finished = _run(spec, target, self._separate)
        is_hidden = spec.logoutput == "never"
        returned = of_run(finished, clock.ended(), is_hidden)
        log = "" if is_hidden else finished.output
        if finished.timed_out:
            raise ResourceError(
                f"the command did not finish within {spec.timeout:g} s and was stopped; increase"
                " `timeout`",
                log=log,
                rc=finished.rc,
                returned=returned,
            )
        if finished.rc not in spec.returns:
            accepted = ", ".join(str(code) for code in spec.returns)
            raise ResourceError(
                f"the command failed with exit code {finished.rc} (accepted: {accepted});"
                f" {_remedy(finished, is_hidden)}, or accept it with `returns`",
                log=log,
                rc=finished.rc,
                returned=returned,
            )
        shown = finished.output if spec.logoutput == "always" else None
        return Outcome(finished.rc, shown, returned)

    def describe(
        self, attributes: Mapping[str, Any], result: Result, target: Target
    ) -> Mapping[str, Any]:
        """Return what ``ansible.builtin.command`` returns if nothing ran."""
        return without_run(attributes.get("command"), None if result.failed else 0)


def _remedy(finished: Finished, is_hidden: bool) -> str:
    """Return a hint that says where to look for the cause of a failed command."""
    if is_hidden:
        return "to see its output, set logoutput to on_failure"
    if not finished.output.strip():
        return "it printed nothing; correct the command"
    return "see its output"


def _diff(spec: ExecSpec) -> Mapping[str, str]:
    """Return the command and its guards as new lines, with secrets as references."""
    command = spec.command if isinstance(spec.command, str) else shlex.join(spec.command)
    told = [("command", command), ("user", spec.user), ("cwd", spec.cwd)]
    told += [(guard.kind, guard.subject) for guard in spec.guards]
    shown = [(name, text.strip().replace("\n", "\n  ")) for name, text in told if text]
    return {"before": "", "after": "".join(f"{name}: {text}\n" for name, text in shown)}


def _run(spec: ExecSpec, target: Target, separate: bool) -> Finished:
    from ...host import process  # Slow to load, and most commands have already run.

    command, reveal = spec.command, target.secrets.reveal
    with contextlib.ExitStack() as files:
        if spec.secret_file is not None:
            try:
                path = files.enter_context(secret_file(reveal(spec.secret_file), spec.user))
            except OSError as error:
                if error.errno != errno.EPERM:
                    raise Blocked(f"secret_file cannot be written: {explained(error)}") from error
                raise ResourceError(
                    f"secret_file cannot be written: {error.strerror}; run with become"
                ) from error
            command = _each(command, lambda text: SECRET_FILE.sub(path, text))
        return process.run(
            _each(command, reveal),
            timeout=spec.timeout,
            secrets=target.secrets,
            stdin=reveal(spec.stdin).encode("utf-8", "surrogateescape"),
            cwd=spec.cwd,
            user=spec.user,
            environment={name: reveal(value) for name, value in spec.environment.items()},
            nice=spec.nice,
            hidden=bool(secret_references.paths(command)),
            separate=separate,
        )


def _start(spec: ExecSpec, target: Target) -> int:
    from ...host import process

    reveal = target.secrets.reveal
    return process.start(
        _each(spec.command, reveal),
        cwd=spec.cwd,
        user=spec.user,
        environment={name: reveal(value) for name, value in spec.environment.items()},
        nice=spec.nice,
        hidden=bool(secret_references.paths(spec.command)),
    )


def _each(command: Command, change: Callable[[str], str]) -> Command:
    return change(command) if isinstance(command, str) else tuple(map(change, command))
