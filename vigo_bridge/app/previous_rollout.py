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


def previous(known: Sequence[Record], folder: Path) -> Record:
    """Return the last rollout before the current one that succeeded. Raise Refusal if there is
    none.

    If the current one succeeded, too, one with other files or another ``--set`` is preferred,
    because the others change nothing unless the hosts have changed since.

    known: all rollouts of the stack; the last one is the current one. folder: the stack's.
    """
    *earlier, current = known
    good = [record for record in reversed(earlier) if succeeded(record)]
    if good:
        other = (record for record in good if not _same_stack(record, current))
        chosen = next(other, good[0]) if succeeded(current) else good[0]
        numbers = (record.number for record in earlier if record not in good)
        passed_over = [str(number) for number in numbers if number > chosen.number]
        if passed_over:
            Lines().say(f"skipping rollouts that did not succeed: {some(passed_over)}")
        return chosen
    if not earlier:
        raise Refusal(
            f"nothing to roll back to: the history has only one rollout ({current.number}) of the"
            f" stack {folder}."
        )
    raise Refusal(
        f"nothing to roll back to: no rollout of the stack {folder} before rollout"
        f" {current.number} succeeded; set the number of one: `vigo-bridge history` lists them."
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
        and any(status.is_good for status in statuses)
        and all(status.is_good or status is EnvoyStatus.UNREACHABLE for status in statuses)
    )


def _same_stack(one: Record, other: Record) -> bool:
    """Return whether two rollouts are known to have the same files and ``--set``."""
    try:
        return kept_stack(one) == kept_stack(other)
    except NotKept:
        return False
