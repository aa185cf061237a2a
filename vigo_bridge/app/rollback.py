# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolls out an earlier rollout of a stack again, with its files and values of ``--set``."""

from __future__ import annotations

import contextlib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from vigo_bridge.app.history import not_recorded, records, without_stack
from vigo_bridge.app.hosts import Asked
from vigo_bridge.app.kept_stacks import NotKept, damaged, kept_stack, kept_stacks, values_of
from vigo_bridge.app.options import Earlier, HostOptions, ReportOptions, Rollout, StackOptions
from vigo_bridge.app.plan_and_run import converge, show_plan, undo
from vigo_bridge.app.previous_rollout import previous, succeeded
from vigo_bridge.app.stack_loading import refuse_errors
from vigo_bridge.failures import Refusal
from vigo_bridge.language import load
from vigo_bridge.language.identity import FILE, lines
from vigo_bridge.language.model import Identity
from vigo_bridge.private_folder import private_folder
from vigo_bridge.report.progress import Lines
from vigo_bridge.run.history import Record
from vigo_bridge.run.kept_stacks import KeptStack
from vigo_bridge.run.state import stack_key
from vigo_bridge.wording import counted

_COMMAND = "rollback"
#: What a user can do if the files of a rollout cannot be used.
_OTHERWISE = (
    "Instead, restore earlier files of the stack from version control, and use `vigo-bridge run`."
)
_MOVED = (
    f" A stack without an ID in {FILE} is known by its path: if its folder was renamed or moved,"
    " move it back."
)


def roll_back(
    number: int | None,
    stack: StackOptions,
    hosts: HostOptions,
    asked: Asked,
    rollout: Rollout,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Converge the hosts to the stack of a rollout, and return the exit status.

    number: None means the one that `previous` returns.
    """
    with _earlier(number, stack, shown.output, resume=rollout.resume) as (record, earlier):
        command = f"{_COMMAND} {record.number}"
        return converge(command, earlier, hosts, asked, rollout, changes, shown)


def show_rollback(
    number: int | None,
    stack: StackOptions,
    hosts: HostOptions,
    asked: Asked,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Show what `roll_back` would change, and return the exit status."""
    with _earlier(number, stack, shown.output, resume=False) as (_, earlier):
        return show_plan(earlier, hosts, asked, changes, shown)


def undo_rollout(
    number: int | None,
    stack: StackOptions,
    hosts: HostOptions,
    asked: Asked,
    changes: Mapping[str, object],
    shown: ReportOptions,
) -> int:
    """Roll hosts back to before a rollout that kept their states; return the exit status.

    number: None means the last rollout.
    """
    with _earlier(number, stack, shown.output, resume=False, last=True) as (record, earlier):
        return undo(record, earlier, hosts, asked, changes, shown)


@contextlib.contextmanager
def _earlier(
    number: int | None, stack: StackOptions, output: str, *, resume: bool, last: bool = False
) -> Iterator[tuple[Record, StackOptions]]:
    """Yield the rollout to roll back to, and the options of its stack.

    resume, last: which one is meant without a number: the last one if it is a rollback itself, even
    one that succeeded, or the last one in any case.
    """
    everything = records()
    if not stack.folder.exists():
        _refuse_missing(everything, stack)
    identity = _identity(stack, output)
    keys = {stack_key(stack.folder, identity.id), stack_key(stack.folder)}
    known = [record for record in everything if record.key in keys]
    moved = "" if identity.id else _MOVED
    if number is not None:
        _refuse_other(number, everything, known, stack, moved)
    record = (
        _last(known, stack, moved)
        if last and number is None
        else _chosen(number, known, stack, resume, moved)
    )
    kept = _kept(record)
    with private_folder() as private:
        folder = private / f"rollout-{record.number}"
        folder.mkdir()
        settings = {**_restored(record, kept, folder), **stack.settings}
        missing = [name for name in kept.settings.omitted if name not in settings]
        if missing:
            raise Refusal(
                f"rollout {record.number} had --set {missing[0]}=VALUE, which is not in the history"
                f" because it is a secret; add it: --set {missing[0]}=VALUE."
            )
        if last:
            Lines().say(f"undoing rollout {record.number} ({record.command}, {record.started})")
        else:
            Lines().say(_announcement(record, kept, known[-1]))
        yield record, replace(stack, settings=settings, earlier=Earlier(folder, identity))


def _refuse_missing(everything: Sequence[Record], stack: StackOptions) -> None:
    """Raise Refusal if the folder of a stack does not exist: without it, the stack's identity and
    secret stores are unknown.
    """
    for record in reversed(everything):
        if record.subject != stack.subject or without_stack(record):
            continue
        kept = _kept(record)
        with private_folder() as private:
            _restored(record, kept, private)
            identity = load(private).identity
        advice = f"create an empty folder {stack.folder}, and run this command again."
        if identity.is_named:
            written = textwrap.indent(lines(identity.name, identity.id), "  ")
            advice = (
                f"create {stack.folder / FILE} with these lines:\n{written}Then run this command"
                " again."
            )
        raise Refusal(
            f"the stack {stack.folder} does not exist. The history has its rollouts, the last one"
            f" is {record.number}; to use one of them, {advice}"
        )


def _identity(stack: StackOptions, output: str) -> Identity:
    """Return the stack's identity. Other files of the stack may be invalid, which can be the reason
    to roll back.
    """
    current = load(stack.folder)
    refuse_errors(
        [
            finding
            for finding in current.diagnostics
            if finding.position is None or finding.position.file == FILE
        ],
        stack.folder,
        output,
    )
    return current.identity


def _kept(record: Record) -> KeptStack:
    """Return what a rollout rolled out. Raise Refusal."""
    try:
        return kept_stack(record)
    except NotKept as error:
        raise Refusal(f"{error}. {_OTHERWISE}") from error


def _restored(record: Record, kept: KeptStack, folder: Path) -> Mapping[str, Any]:
    """Write the files of a rollout to a folder; return its values of ``--set``."""
    try:
        kept_stacks().restore(kept, folder)
        return values_of(kept.settings)
    except InvalidData as error:
        raise Refusal(f"{damaged(record, error)}. {_OTHERWISE}") from error


def _last(known: Sequence[Record], stack: StackOptions, moved: str) -> Record:
    if not known:
        raise Refusal(
            f"nothing to undo: the history has no rollout of the stack {stack.folder}.{moved}"
        )
    return known[-1]


def _chosen(
    number: int | None,
    known: Sequence[Record],
    stack: StackOptions,
    resume: bool,
    moved: str,
) -> Record:
    if number is not None:
        return next(record for record in known if record.number == number)
    if known and known[-1].command.startswith(_COMMAND) and (resume or not succeeded(known[-1])):
        return known[-1]  # it has the files of the rollout to which it rolled back
    if not known:
        raise Refusal(
            f"nothing to roll back to: the history has no rollout of the stack {stack.folder}."
            f"{moved}"
        )
    return previous(known, stack.folder)


def _refuse_other(
    number: int,
    everything: Sequence[Record],
    known: Sequence[Record],
    stack: StackOptions,
    moved: str,
) -> None:
    """Raise Refusal for a number that is not a rollout of this stack."""
    record = next((record for record in everything if record.number == number), None)
    if record is None:
        raise Refusal(f"{not_recorded(number, everything)}.")
    if record in known:
        return
    if what := without_stack(record):
        raise Refusal(
            f"rollout {number} is {what}, not of a stack; `vigo-bridge history` lists the rollouts"
            " of stacks."
        )
    if record.subject == stack.subject:
        raise Refusal(
            f"rollout {number} is of another stack: {FILE} in {stack.folder} had another ID then;"
            " restore the ID if it was changed by mistake."
        )
    raise Refusal(
        f"rollout {number} is of another stack, {record.subject}, not of {stack.folder}; set that"
        " stack with --stacks, or choose another number: `vigo-bridge history` lists them."
        f"{moved}"
    )


def _announcement(record: Record, kept: KeptStack, last: Record) -> str:
    head = (
        f"rolling back to rollout {record.number} ({record.command}, {record.started},"
        f" {record.status})"
    )
    if record.number == last.number:
        return head
    try:
        current = kept_stack(last)
    except NotKept:
        return head
    paths = {*kept.files, *current.files}
    different = sum(kept.files.get(path) != current.files.get(path) for path in paths)
    if not different and kept.settings == current.settings:
        return (
            f"{head}, which had the same files and --set as the last one, rollout {last.number};"
            " `vigo-bridge history` lists the numbers of others"
        )
    variables = "" if kept.settings == current.settings else ", and other values of --set"
    return f"{head}: {counted(different, 'file')} different from rollout {last.number}{variables}"
