# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs steps in order, each a module of Ansible or a command."""

from __future__ import annotations

from typing import Sequence

from ...common.dataclass import dataclass, replace
from ...common.errors import ResourceError
from ..ansible_module.answer import Answer
from ..base import NOT_YET_KNOWN, Behaviour, Decision, Outcome, Turn, currently
from ..descriptor import ResourceType
from ..target import Target
from .doing import as_decision, done, refuse_missing
from .managers import this_machine
from .plan import Plan, Step

_NOT_TRIGGERED = "not triggered"
_NOT_UPDATED = "check mode does not update the list of packages"


@dataclass(frozen=True)
class Observed:
    """The steps to do.

    answer: in check mode, the predicted change. unknown: why the prediction is uncertain or
    missing.
    """

    steps: tuple[Step, ...]
    answer: Answer | None = None
    unknown: str = ""


class ManagedBehaviour(Behaviour):
    """One type. A real run compares and changes in one step, as modules do."""

    def __init__(self, kind: ResourceType) -> None:
        self.type = kind

    def when_triggered(self, spec: Plan) -> Plan:
        return replace(spec, triggered=True)

    def observe(self, spec: Plan, target: Target) -> Observed:
        if spec.only_triggered and not spec.triggered:
            return Observed(())
        steps = spec.steps(spec.manager(this_machine()), spec.triggered)
        refuse_missing(steps, target)
        if not target.check_mode:
            return Observed(steps)
        overlay = target.overlay
        is_clear = all(map(overlay.is_clear, spec.reads))
        try:
            answer = _predicted(steps, target)
        except ResourceError as error:
            if is_clear and spec.updates_list:
                return Observed(steps, unknown=f"{_NOT_UPDATED}: {error.message}")
            if overlay.uncertain:
                return Observed(steps, unknown=f"{NOT_YET_KNOWN}: {error.message}")
            raise
        now = currently(answer.changed or "none")
        is_certain = is_clear or steps[0].acts
        if (spec.takes_latest and overlay.uncertain) or not is_certain:
            return Observed(steps, answer, f"{NOT_YET_KNOWN}; {now}")
        if spec.takes_latest and spec.updates_list and not answer.changed:
            return Observed(steps, answer, f"{_NOT_UPDATED}; {now}")
        return Observed(steps, answer)

    def decide(self, spec: Plan, observed: Observed, turn: Turn) -> Decision:
        if not observed.steps:
            return Decision("skipped", _NOT_TRIGGERED)
        if not turn.check_mode:
            return Decision("updated", steps=observed.steps)
        if observed.unknown:
            return Decision("unknown", observed.unknown)
        return as_decision([observed.answer or Answer("", "")])

    def act(self, spec: Plan, observed: Observed, decision: Decision, target: Target) -> Outcome:
        answers: list[Answer] = []
        for step in observed.steps:
            if not (step.unless_changed and any(answer.changed for answer in answers)):
                answers.append(done(step, target))
        last = answers[-1]
        return Outcome(last.rc, last.output, decision=as_decision(answers))

    def may_alter(self, spec: Plan) -> Sequence[str]:
        """Return all paths: packages and services may change anything."""
        return ("/",)

    def may_add(self, spec: Plan) -> Sequence[str]:
        return spec.adds

    def may_replace(self, spec: Plan) -> Sequence[str]:
        return spec.replaces


def _predicted(steps: Sequence[Step], target: Target) -> Answer:
    """Return the first predicted change; later steps are not checked."""
    for step in steps:
        answer = Answer(step.action, step.reason) if step.acts else done(step, target)
        if answer.changed:
            return answer
    return Answer("", "")
