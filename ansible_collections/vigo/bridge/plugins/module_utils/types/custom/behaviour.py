# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program of the stack, and returns its result."""

from __future__ import annotations

import json
from typing import Sequence

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...host import process
from ..base import NOT_YET_KNOWN, Behaviour, Decision, Outcome, Turn
from ..result import conceal_values as each_text
from ..target import Target
from .answer import Answer, read
from .descriptor import TYPE
from .spec import CustomSpec


@dataclass(frozen=True)
class Observed:
    """The result of a dry run. reason: why it is uncertain, or an empty text."""

    answer: Answer
    reason: str = ""


class Custom(Behaviour):
    """The type custom. In a real run its program compares and changes in one call."""

    type = TYPE

    def observe(self, spec: CustomSpec, target: Target) -> Observed | None:
        if not target.check_mode:
            return None
        try:
            answer = _run(spec, target)
        except ResourceError as error:
            if not target.overlay.uncertain:
                raise
            return Observed(Answer("unknown"), f"{NOT_YET_KNOWN}: {error.message}")
        if target.overlay.uncertain:
            reason = f"{NOT_YET_KNOWN}; currently, its action would be {answer.action}"
            return Observed(Answer("unknown"), reason)
        return Observed(answer)

    def decide(self, spec: CustomSpec, observed: Observed | None, turn: Turn) -> Decision:
        if observed is None:
            return Decision("updated", steps=(spec.executor,))
        return _decision(observed.answer, observed.reason)

    def act(
        self, spec: CustomSpec, observed: Observed | None, decision: Decision, target: Target
    ) -> Outcome:
        answer = _run(spec, target)
        return Outcome(answer.rc, answer.output, decision=_decision(answer))

    def may_alter(self, spec: CustomSpec) -> Sequence[str]:
        """Return the root folder: a program may change anything."""
        return ("/",)


def _decision(answer: Answer, reason: str = "") -> Decision:
    if answer.action == "skipped":
        reason = "its executor skipped it"
    return Decision(answer.action, reason)


def _run(spec: CustomSpec, target: Target) -> Answer:
    """Run the program, in check mode as a dry run. Raise ResourceError."""
    params = each_text(spec.params, target.secrets.reveal)
    question = {"params": params, "dry_run": target.check_mode}
    finished = process.run_content(
        spec.executor,
        spec.program(),
        stdin=json.dumps(question).encode(),
        timeout=spec.timeout,
        secrets=target.secrets,
    )
    return read(spec.executor, finished, spec.timeout, target.check_mode)
