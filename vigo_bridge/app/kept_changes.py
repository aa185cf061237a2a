# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what changed in a stack between two of its rollouts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from vigo_bridge.app.history import recorded, records, without_stack
from vigo_bridge.app.kept_stacks import NotKept, damaged, kept_stack, kept_stacks
from vigo_bridge.failures import Failure
from vigo_bridge.report.kept_changes import KeptChange
from vigo_bridge.run.history import Record
from vigo_bridge.run.kept_stacks import KeptStack, Settings


@dataclass(frozen=True)
class Changes:
    """first, second: the two rollouts. files: those that differ. settings: the values of
    ``--set``, if they differ.
    """

    first: Record
    second: Record
    files: tuple[KeptChange, ...]
    settings: KeptChange | None


def changes(number: int, other: int | None) -> Changes:
    """Return what changed from one rollout to another. Raise Failure.

    other: None means the last rollout of the same stack; the last one itself is compared with the
    one before it.
    """
    first = recorded(number)
    second = None if other is None else recorded(other)
    for record in filter(None, [first, second]):
        if what := without_stack(record):
            raise Failure(f"rollout {record.number} is {what}; only stacks can be compared")
    if second is None:
        same = [record for record in records() if record.key == first.key]
        if len(same) < 2:
            raise Failure(f"rollout {number} is the only one of {first.subject}")
        first, second = same[-2:] if same[-1].number == number else (first, same[-1])
    if first.key != second.key:
        raise Failure(
            f"rollouts {first.number} and {second.number} cannot be compared: one is of"
            f" {first.subject}, the other of {second.subject}"
        )
    try:
        return _changes(first, second)
    except NotKept as error:
        raise Failure(
            f"rollouts {first.number} and {second.number} cannot be compared: {error}"
        ) from error


def _changes(first: Record, second: Record) -> Changes:
    before, after = kept_stack(first), kept_stack(second)
    text = (_text(before.settings), _text(after.settings))
    settings = KeptChange("--set", *(part.encode() for part in text)) if len({*text}) > 1 else None
    return Changes(first, second, tuple(_files(first, before, second, after)), settings)


def _files(
    first: Record, before: KeptStack, second: Record, after: KeptStack
) -> Iterator[KeptChange]:
    for path in sorted({*before.files, *after.files}):
        if before.files.get(path) != after.files.get(path):
            yield KeptChange(path, _content(first, before, path), _content(second, after, path))


def _content(record: Record, stack: KeptStack, path: str) -> bytes | None:
    """Return the content of a file; None if the stack did not have it. Raise NotKept."""
    if path not in stack.files:
        return None
    try:
        return kept_stacks().content(stack.files[path])
    except InvalidData as error:
        raise damaged(record, InvalidData(f"{path}: {error}")) from error


def _text(settings: Settings) -> str:
    return settings.text + "".join(f"{name}: (a secret, not kept)\n" for name in settings.omitted)
