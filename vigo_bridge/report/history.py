# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints earlier rollouts, one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from vigo_bridge.report.columns import print_line, print_rows
from vigo_bridge.report.json_report import run_from_data
from vigo_bridge.run.history import Record
from vigo_bridge.run.kept_stacks import KeptStack
from vigo_bridge.wording import counted, size


@dataclass(frozen=True)
class Kept:
    """The files in the history. stacks: the files by the number of the rollout; None if they are
    damaged. size: of all files together, in bytes.
    """

    stacks: Mapping[int, KeptStack | None]
    size: int
    folder: Path


def print_history(
    records: Sequence[Record], waiting: Container[int], kept: Kept, console: Console
) -> None:
    """Print rollouts. waiting: the numbers of those that wait for a confirmation."""
    heading = ("number", "started", "command", "of", "status", "hosts", "files")
    rows = [heading, *(_row(record, waiting, kept) for record in records)]
    print_rows(console, "", rows, dim=[0])
    if kept.stacks:
        rollouts = counted(len(kept.stacks), "rollout")
        total = f"the files of {rollouts} take {size(kept.size)} in {kept.folder}"
        print_line(console, Text(total, "dim"))


def _row(record: Record, waiting: Container[int], kept: Kept) -> tuple[str, ...]:
    return (
        str(record.number),
        record.started,
        record.command,
        record.subject,
        _status(record, waiting),
        _hosts(record),
        _files(record, kept),
    )


def _status(record: Record, waiting: Container[int]) -> str:
    return "waiting" if record.number in waiting and not record.ended else record.status


def _files(record: Record, kept: Kept) -> str:
    if record.number not in kept.stacks:
        return "-"
    stack = kept.stacks[record.number]
    return f"{len(stack.files)}, {size(stack.size)}" if stack else "damaged"


def _hosts(record: Record) -> str:
    """Return the number of hosts with each status; if these are unknown, the number of hosts."""
    try:
        envoys = run_from_data(record.result).envoys if record.result else {}
    except InvalidData:
        envoys = {}
    counts = Counter(envoy.status.value for envoy in envoys.values())
    return ", ".join(f"{count} {status}" for status, count in counts.items()) or str(record.hosts)


def record_as_data(record: Record, waiting: Container[int], kept: Kept) -> dict[str, Any]:
    """Return the same as data, without the result itself."""
    stack = kept.stacks.get(record.number)
    return {
        "number": record.number,
        "started": record.started,
        "command": record.command,
        "of": record.subject,
        "status": _status(record, waiting),
        "hosts": record.hosts,
        "finished": len(record.finished),
        "files": len(stack.files) if stack else None,
        "files_bytes": stack.size if stack else None,
    }
