# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the guards of a command: paths that exist or not, and commands that only read."""

from __future__ import annotations

import os
from glob import has_magic

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...secrets import references as secret_references
from ..target import Target
from .spec import ExecSpec, Guard

#: How long a guard may take, in seconds. Guards must only read.
GUARD_TIMEOUT = 30.0


@dataclass(frozen=True)
class Answer:
    """The result of a guard. agrees: whether the guard permits the command to run.

    None: an earlier predicted change may alter the answer.
    """

    guard: Guard
    agrees: bool | None
    finding: str


def ask(guard: Guard, spec: ExecSpec, target: Target) -> Answer:
    """Return the result of a guard. Raise ResourceError if it cannot be evaluated."""
    if not guard.is_command:
        return _ask_path(guard, spec, target)
    if target.overlay.uncertain:
        return Answer(guard, None, "")
    return _ask_command(guard, spec, target)


def _ask_path(guard: Guard, spec: ExecSpec, target: Target) -> Answer:
    path = os.path.join(os.getcwd(), spec.cwd or "", guard.path or guard.subject)
    exists = target.overlay.exists(path)
    if not exists and has_magic(path):
        exists = target.overlay.matches(path)
    if exists is None:
        return Answer(guard, None, "")
    finding = f"{guard.subject} {'exists' if exists else 'does not exist'}"
    return Answer(guard, exists == (guard.kind == "removes"), finding)


def _ask_command(guard: Guard, spec: ExecSpec, target: Target) -> Answer:
    from ...host import process  # Slow to load, and guards that are paths do without it.

    reveal = target.secrets.reveal
    finished = process.run(
        reveal(guard.subject),
        timeout=GUARD_TIMEOUT,
        secrets=target.secrets,
        cwd=spec.cwd,
        user=spec.user,
        environment={name: reveal(value) for name, value in spec.environment.items()},
        hidden=bool(secret_references.find(guard.subject)),
    )
    if finished.timed_out:
        raise ResourceError(
            f"{guard.kind} did not finish within {GUARD_TIMEOUT:g} s; use a faster guard",
            log=finished.output,
        )
    finding = f"`{_first_line(guard.subject)}` ended with exit code {finished.rc}"
    return Answer(guard, (finished.rc == 0) == (guard.kind == "onlyif"), finding)


def _first_line(command: str) -> str:
    first, *rest = command.strip().split("\n")
    return f"{first} ..." if rest else first
