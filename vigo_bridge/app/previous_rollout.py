# SPDX-License-Identifier: GPL-3.0-or-later
"""Chooses the rollout that `rollback` uses without a number."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vigo_bridge.app.history import result_of
from vigo_bridge.app.kept_stacks import NotKept, kept_stack
from vigo_bridge.failures import Failure, Refusal
from vigo_bridge.report.progress import Lines
from vigo_bridge.run.history import Record
from vigo_bridge.run.results import EnvoyStatus, RunStatus
from vigo_bridge.wording import some

_GOOD = {EnvoyStatus.CONVERGED, EnvoyStatus.CHANGED}


def previous(known: Sequence[Record], folder: Path) -> Record:
    """Return the last rollout before the current one that succeeded. Raise Refusal if there is
    none.

    If the current one succeeded, too, the files or ``--set`` of the other one must be different,
    because nothing would change otherwise.

    known: all rollouts of the stack; the last one is the current one. folder: the stack's.
    """
    *earlier, current = known
    needs_difference = succeeded(current)
    passed_over: list[str] = []
    for record in reversed(earlier):
        if not succeeded(record):
            passed_over.insert(0, str(record.number))
        elif not (needs_difference and _same_stack(record, current)):
            if passed_over:
                Lines().say(f"skipping rollouts that did not succeed: {some(passed_over)}")
            return record
    if not earlier:
        raise Refusal(
            f"nothing to roll back to: the history has only one rollout ({current.number}) of the"
            f" stack {folder}."
        )
    difference = " with other files or values of --set" if needs_difference else ""
    raise Refusal(
        f"nothing to roll back to: no rollout of the stack {folder} before rollout"
        f" {current.number} succeeded{difference}; set the number of one: `vigo-bridge history`"
        " lists them."
    )


def succeeded(record: Record) -> bool:
    """Return whether all hosts that could be reached converged, and no check failed."""
    if record.status == RunStatus.CONVERGED.value:
        return True
    if record.status != RunStatus.FAILED.value:
        return False
    try:
        result = result_of(record)
    except Failure:
        return False
    statuses = {envoy.status for envoy in result.envoys.values()}
    return (
        not result.stopped
        and bool(statuses & _GOOD)
        and statuses <= {*_GOOD, EnvoyStatus.UNREACHABLE}
    )


def _same_stack(one: Record, other: Record) -> bool:
    """Return whether two rollouts are known to have the same files and ``--set``."""
    try:
        return kept_stack(one) == kept_stack(other)
    except NotKept:
        return False
