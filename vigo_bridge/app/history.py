# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads earlier rollouts from the controller's history."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from vigo_bridge.app.kept_stacks import kept_stacks
from vigo_bridge.app.rollout_job import history
from vigo_bridge.failures import Failure
from vigo_bridge.report.history import Kept
from vigo_bridge.report.json_report import run_from_data
from vigo_bridge.run.history import Record
from vigo_bridge.run.kept_stacks import KeptStack
from vigo_bridge.run.results import RunResult
from vigo_bridge.run.state import STATE_CHANGE, TASK, UNDO

#: By the beginning of a record's key: the kind of the rollout.
_WITHOUT_STACK = {
    TASK: "a command",
    STATE_CHANGE: "a change of state",
    UNDO: "the undo of a rollout",
}


def records() -> Sequence[Record]:
    """Return the recorded rollouts, the latest last."""
    with _readable():
        return history().records()


def kept_files(known: Sequence[Record]) -> Kept:
    """Return the files of rollouts in the history, and their size."""
    stacks = kept_stacks()
    found: dict[int, KeptStack | None] = {}
    with _readable():
        for record in known:
            try:
                kept = stacks.get(record)
            except InvalidData:
                found[record.number] = None
            else:
                found.update({record.number: kept} if kept else {})
        return Kept(found, stacks.size(), stacks.folder)


def recorded(number: int) -> Record:
    """Return the rollout of this number. Raise Failure."""
    with _readable():
        record = history().get(number)
    if record is None:
        raise Failure(not_recorded(number, records()))
    return record


def finished_record(number: int) -> Record:
    """Return the rollout of this number. Raise Failure if it has no result."""
    record = recorded(number)
    if not record.result:
        raise Failure(
            f"rollout {number} ({record.status}) did not finish any batch; there is nothing to show"
        )
    return record


def without_stack(record: Record) -> str:
    """Return the kind of a rollout without files of a stack; empty for a rollout of a stack."""
    for kind, what in _WITHOUT_STACK.items():
        if record.key.startswith(kind):
            return f"{what} ({record.command})"
    return ""


def not_recorded(number: int, known: Sequence[Record]) -> str:
    """Return the message for a number that the history does not have."""
    there = "the history is empty"
    if known:
        there = f"the history has {known[0].number} to {known[-1].number}"
        if number < known[0].number:
            there += f", the last {len(known)} (VIGO_BRIDGE_HISTORY sets how many are kept)"
    return f"rollout {number} is not in the history; {there}"


def result_of(record: Record) -> RunResult:
    """Return the result of a rollout. Raise Failure if the file does not match it."""
    try:
        return run_from_data(record.result)
    except InvalidData as error:
        raise Failure(
            f"the result of rollout {record.number} cannot be shown: {error}; it may be from"
            " another version of vigo-bridge. Use -o json to print it unchanged"
        ) from error


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failure(
            f"cannot read the history: {explained(error)}. Set XDG_STATE_HOME to use another folder"
        ) from error
