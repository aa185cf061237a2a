# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exec resource: a shell command that runs when its guards say so."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Callable, Mapping

from .. import comma_strings, durations, process, secret_references
from ..errors import ResourceError
from ..resource import Decision, Outcome, ResourceType, Turn
from ..target import Target
from .attributes import ATTRIBUTES

#: Guards must only read, and be quick about it; in seconds.
GUARD_TIMEOUT = 30.0


@dataclass(frozen=True)
class Guard:
    """One condition. kind: onlyif, unless, creates or removes; subject: its command or path."""

    kind: str
    subject: str

    @property
    def is_command(self) -> bool:
        return self.kind in ("onlyif", "unless")


@dataclass(frozen=True)
class ExecSpec:
    """What to run. Texts keep their references to secrets; timeout in seconds."""

    command: str
    guards: tuple[Guard, ...]
    stdin: str
    cwd: str | None
    user: str | None
    environment: Mapping[str, str]
    returns: tuple[int, ...]
    timeout: float


@dataclass(frozen=True)
class Answer:
    """What a guard said. agrees: the command may run as far as this guard is concerned."""

    guard: Guard
    agrees: bool
    finding: str


class Exec(ResourceType):
    name = "exec"
    attributes = ATTRIBUTES
    key_attribute = "command"

    def parse(self, attributes: Mapping[str, Any]) -> ExecSpec:
        guards = tuple(
            Guard(kind, str(attributes[kind]))
            for kind in ("creates", "removes", "onlyif", "unless")
            if attributes.get(kind)
        )
        command = str(attributes.get("command") or "")
        if not command.strip():
            raise ResourceError("command is missing or empty; write what to run")
        return ExecSpec(
            command=command,
            guards=guards,
            stdin=str(attributes.get("stdin") or ""),
            cwd=attributes.get("cwd") or None,
            user=attributes.get("user") or None,
            environment=comma_strings.as_map(attributes.get("environment"), "environment"),
            returns=_exit_codes(attributes.get("returns")),
            timeout=durations.seconds(attributes.get("timeout") or 300, "timeout"),
        )

    def observe(self, spec: ExecSpec, target: Target) -> tuple[Answer, ...]:
        return tuple(_ask(guard, spec, target) for guard in spec.guards)

    def decide(self, spec: ExecSpec, observed: tuple[Answer, ...], turn: Turn) -> Decision:
        """Runs when all guards agree; a trigger makes ``unless`` and the paths step back."""
        if turn.triggered:
            observed = tuple(answer for answer in observed if answer.guard.kind == "onlyif")
        if turn.check_mode and turn.uncertain and observed:
            kinds = " and ".join(answer.guard.kind for answer in observed)
            return Decision(
                "unknown", f"{kinds} can be asked only after the changes that come before it"
            )
        for answer in observed:
            if not answer.agrees:
                return Decision("skipped", f"{answer.guard.kind}: {answer.finding}")
        if turn.triggered:
            return Decision("ran", "triggered")
        findings = [f"{answer.guard.kind}: {answer.finding}" for answer in observed]
        return Decision("ran", "; ".join(findings) or "it has no guard")

    def act(
        self, spec: ExecSpec, observed: tuple[Answer, ...], decision: Decision, target: Target
    ) -> Outcome:
        finished = _run(spec.command, spec, target, spec.timeout, spec.stdin)
        output = target.secrets.conceal(finished.output)
        if finished.timed_out:
            raise ResourceError(
                f"the command did not end within {spec.timeout:g} s and was stopped;"
                " raise `timeout` if it needs longer",
                log=output,
                rc=finished.rc,
            )
        if finished.rc not in spec.returns:
            accepted = ", ".join(str(code) for code in spec.returns)
            raise ResourceError(
                f"the command ended with exit code {finished.rc} (accepted: {accepted})",
                log=output,
                rc=finished.rc,
            )
        return Outcome(finished.rc, output)


def _exit_codes(value: Any) -> tuple[int, ...]:
    try:
        return tuple(int(code) for code in comma_strings.as_list(value)) or (0,)
    except ValueError:
        raise ResourceError(f"returns: {value!r} is no list of exit codes such as 0,2") from None


def _ask(guard: Guard, spec: ExecSpec, target: Target) -> Answer:
    if not guard.is_command:
        path = os.path.join(spec.cwd or "/", guard.subject)
        exists = os.path.lexists(path)
        finding = f"{guard.subject} {'exists' if exists else 'does not exist'}"
        return Answer(guard, exists == (guard.kind == "removes"), finding)
    finished = _run(guard.subject, spec, target, GUARD_TIMEOUT)
    if finished.timed_out:
        raise ResourceError(
            f"{guard.kind} did not end within {GUARD_TIMEOUT:g} s; a guard must be quick",
            log=target.secrets.conceal(finished.output),
        )
    holds = finished.rc == 0
    finding = f"`{_first_line(guard.subject)}` ended with exit code {finished.rc}"
    return Answer(guard, holds == (guard.kind == "onlyif"), finding)


def _first_line(command: str) -> str:
    first, *rest = command.strip().split("\n")
    return f"{first} ..." if rest else first


def _run(
    command: str, spec: ExecSpec, target: Target, timeout: float, stdin: str = ""
) -> process.Finished:
    reveal: Callable[[str], str] = target.secrets.reveal
    return process.run(
        reveal(command),
        timeout=timeout,
        stdin=reveal(stdin).encode(),
        cwd=spec.cwd,
        user=spec.user,
        environment={name: reveal(value) for name, value in spec.environment.items()},
        hidden=bool(secret_references.find(command)),
    )
