# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what a program of the stack printed. Pure."""

from __future__ import annotations

import json
from typing import Any, Mapping

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...common.suggest import did_you_mean_or_one_of
from ...host.process import Finished

_UNCHANGED = ("none", "skipped")
ACTIONS = ("created", "updated", "deleted", *_UNCHANGED)
_FORM = '{"action": "none", "changed": false}'
_LONGEST_QUOTE = 200


@dataclass(frozen=True)
class Answer:
    """The result that a program printed: what it did, or would do; see ``ACTIONS``."""

    action: str
    rc: int | None = None
    output: str | None = None


def read(executor: str, finished: Finished, limit: float, dry_run: bool) -> Answer:
    """Return a program's result. Raise ResourceError if it failed, or printed none.

    limit: how long it was allowed to take, in seconds.
    """
    program = f"executor {executor}"
    log = "".join(filter(None, (finished.stderr, finished.stdout)))
    if finished.timed_out:
        raise ResourceError(
            f"{program} did not end within {limit:g} s and was stopped; set timeout higher", log=log
        )
    answer = _object(finished.stdout)
    error = answer.get("error") if answer else None
    if error:
        text = error if isinstance(error, str) else json.dumps(error)
        raise ResourceError(text, log=finished.stderr, rc=finished.rc)
    if finished.rc < 0:
        raise ResourceError(f"{program} was killed by signal {-finished.rc}", log=log)
    if finished.rc > 0:
        advice = "see its output" if log.strip() else "it printed nothing"
        raise ResourceError(
            f"{program} failed with exit code {finished.rc}", advice, log=log, rc=finished.rc
        )
    try:
        if answer is None:
            raise ResourceError(_no_answer(finished.stdout))
        action = _action(answer, dry_run)
    except ResourceError as problem:
        raise ResourceError(
            f"{program} printed an invalid result: {problem.problem}",
            problem.advice or f"print {_FORM} and nothing else on its standard output",
            log=log,
            rc=finished.rc,
        ) from None
    return Answer(action, finished.rc, finished.stderr or None)


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_answer(text: str) -> str:
    said = text.strip()[:_LONGEST_QUOTE]
    return f"{said!r} is not a JSON object" if said else "it printed nothing"


def _action(answer: Mapping[str, Any], dry_run: bool) -> str:
    changed, action = answer.get("changed"), answer.get("action")
    if changed is not None and not isinstance(changed, bool):
        raise ResourceError(f"changed is {json.dumps(changed)}, which is neither true nor false")
    if action is None:
        if changed is None:
            raise ResourceError("it has neither action nor changed")
        return "updated" if changed else "none"
    if action not in ACTIONS:
        hint = did_you_mean_or_one_of(str(action), ACTIONS)
        raise ResourceError(f"unknown action {json.dumps(action)}", hint)
    # A dry run changes nothing, whatever it predicts.
    if changed is not None and changed == (action in _UNCHANGED) and (changed or not dry_run):
        raise ResourceError(f"action {action} contradicts changed {json.dumps(changed)}")
    return str(action)
