# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the attributes of a command into a frozen spec: what to run and when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Mapping

from ...common import comma_strings, durations
from ...common.dataclass import dataclass, replace
from ...common.errors import Key, Problems, ResourceError
from ...common.switches import is_on
from ...host.home_folder import expanded
from .descriptor import TYPE

if TYPE_CHECKING:
    from ...host.process import Command
from ...common.integers import integer_within

#: The placeholder in a command for the path of its secret file.
SECRET_FILE = re.compile(r"\{\{\s*secret_file\s*\}\}")


@dataclass(frozen=True)
class Guard:
    """One condition. kind: onlyif, unless, creates or removes; subject: its command or path.

    path: the subject without ``~``.
    """

    kind: str
    subject: str
    path: str = ""

    @property
    def is_command(self) -> bool:
        return self.kind in ("onlyif", "unless")


@dataclass(frozen=True)
class ExecSpec:
    """What to run. Texts keep their references to secrets; timeout in seconds.

    command: a line for a shell, or a program with its arguments.

    secret_file: what the temporary file holds, None for no such file. logoutput: always, never
    or on_failure.
    """

    command: Command
    guards: tuple[Guard, ...]
    stdin: str
    secret_file: str | None
    cwd: str | None
    user: str | None
    environment: Mapping[str, str]
    returns: tuple[int, ...]
    logoutput: str
    background: bool
    nice: int
    timeout: float


def parse(attributes: Mapping[str, Any]) -> ExecSpec:
    """Return the spec. Raise ResourceError for invalid attributes."""
    guards = tuple(
        Guard(kind, str(attributes[kind])) for kind in TYPE.guards if attributes.get(kind)
    )
    problems = Problems()
    command = problems.of("command", _command, attributes.get("command"))
    secret_file = attributes.get("secret_file")
    if command is not None:
        problems.of("secret_file", _check_secret_file, secret_file, command)
    background = problems.of("background", _background, attributes)
    spec = ExecSpec(
        command=command,
        guards=guards,
        stdin=str(attributes.get("stdin") or ""),
        secret_file=None if secret_file is None else str(secret_file),
        cwd=attributes.get("cwd") or None,
        user=attributes.get("user") or None,
        environment=problems.of("environment", _environment, attributes.get("environment")),
        returns=problems.of("returns", _exit_codes, attributes.get("returns")),
        logoutput=problems.of("logoutput", _logoutput, attributes.get("logoutput")),
        background=background,
        nice=problems.of("nice", integer_within, attributes.get("nice"), "nice", -20, 19),
        timeout=problems.of(
            "timeout", durations.seconds, attributes.get("timeout") or 300, "timeout"
        ),
    )
    problems.refuse()
    return spec


def _check_secret_file(secret_file: Any, command: Command) -> None:
    if secret_file is not None and not SECRET_FILE.search("\n".join(words(command))):
        raise ResourceError(
            "secret_file is set, but the command does not use it",
            "add {{secret_file}} for its path",
        )


def _background(attributes: Mapping[str, Any]) -> bool:
    background = is_on(attributes.get("background"), "background")
    if background and (attributes.get("stdin") or attributes.get("secret_file") is not None):
        raise ResourceError(
            "a background command cannot use stdin or secret_file",
            "remove them",
        )
    return background


def on_this_machine(spec: ExecSpec) -> ExecSpec:
    """Return the spec with the home folders of this machine. Raise ResourceError."""
    guards = tuple(
        guard
        if guard.is_command
        else replace(guard, path=expanded(guard.subject, guard.kind, spec.user))
        for guard in spec.guards
    )
    return replace(spec, guards=guards, cwd=spec.cwd and expanded(spec.cwd, "cwd", spec.user))


def words(command: Command) -> tuple[str, ...]:
    """Return the parts of a command: its words, or the one line for a shell."""
    return (command,) if isinstance(command, str) else command


def _command(value: Any) -> Command:
    """Return a command. A text is for a shell, a list is a program with its arguments."""
    is_list = isinstance(value, (list, tuple))
    command: Command = comma_strings.words(value) if is_list else comma_strings.text(value)
    if not words(command) or not words(command)[0].strip():
        raise ResourceError("command is missing or empty", "add what to run")
    return command


def _environment(value: Any) -> Mapping[str, str]:
    variables = comma_strings.as_map(value, "environment")
    for name in variables:
        if not name or "=" in name or "\0" in name:
            raise ResourceError(
                f"environment: invalid variable name {name!r}",
                "write letters, digits and _",
                place=(Key(name),),
            )
    return variables


def _exit_codes(value: Any) -> tuple[int, ...]:
    return tuple(comma_strings.each(value, _exit_code)) or (0,)


def _exit_code(entry: str) -> int:
    try:
        return int(entry)
    except ValueError:
        raise ResourceError(f"returns: {entry!r} is not an exit code", "write 0, or 0,2") from None


def _logoutput(value: Any) -> str:
    if value in (None, "") or str(value).lower() in ("true", "yes"):
        return "always"
    if str(value).lower() in ("false", "no"):
        return "never"
    if value != "on_failure":
        raise ResourceError(f"logoutput: {value!r} is neither true, false nor on_failure")
    return "on_failure"
