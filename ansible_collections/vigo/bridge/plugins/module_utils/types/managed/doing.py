# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does a step, with a module of Ansible or a command, and returns the result of steps."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ...common.dataclass import replace
from ...common.errors import ResourceError
from ...host import process
from ...secrets import references as secret_references
from ..ansible_module.answer import Answer
from ..ansible_module.behaviour import apply_module, library_of
from ..ansible_module.spec import ModuleSpec
from ..base import Decision
from ..descriptor import TIME_LIMIT
from ..target import Target
from .plan import Step
from .unchanged import has_nothing_to_do


def done(step: Step, target: Target) -> Answer:
    """Run a step, or only check it in check mode. Raise ResourceError."""
    if step.command:
        return _run(step, target)
    if not step.acts and has_nothing_to_do(step, target):
        return Answer("", "")
    answer = apply_module(ModuleSpec(step.module, step.args, TIME_LIMIT), target)
    if not answer.changed:
        return answer
    reason = answer.reason or step.reason
    return replace(answer, changed=step.action or answer.changed, reason=reason)


def _run(step: Step, target: Target) -> Answer:
    finished = process.run(
        target.secrets.reveal(step.command),
        timeout=TIME_LIMIT,
        secrets=target.secrets,
        hidden=bool(secret_references.find(step.command)),
    )
    if finished.timed_out:
        raise ResourceError(
            f"the command did not finish within {TIME_LIMIT:g} s and was stopped",
            log=finished.output,
        )
    finished.refuse_failure("the command", "correct it")
    return Answer(step.action, step.reason, rc=finished.rc, output=finished.output)


def as_decision(answers: Sequence[Answer]) -> Decision:
    """Return what was done, as one change."""
    changes = [answer for answer in answers if answer.changed]
    if not changes:
        return Decision("none")
    reasons = dict.fromkeys(answer.reason for answer in changes if answer.reason)
    diffs: list[Mapping[str, Any]] = [answer.diff for answer in changes if answer.diff]
    return Decision(changes[0].changed, "; ".join(reasons), diffs[0] if diffs else None)


def refuse_missing(steps: Sequence[Step], target: Target) -> None:
    """Raise ResourceError for modules that the controller did not have."""
    names = library_of(target).names
    for step in steps:
        if step.module and step.module not in names:
            collection = step.module.rpartition(".")[0]
            raise ResourceError(
                f"this host needs {step.module}, which the controller does not have",
                f"install it there: ansible-galaxy collection install {collection}",
            )
