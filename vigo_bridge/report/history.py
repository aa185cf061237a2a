# SPDX-License-Identifier: GPL-3.0-or-later
"""Earlier rollouts, a line for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from vigo_bridge.report.columns import print_rows
from vigo_bridge.report.json_report import run_from_data
from vigo_bridge.run.history import Record


def print_history(records: Sequence[Record], console: Console) -> None:
    heading = ("number", "started", "command", "of", "status", "hosts")
    rows = [heading, *(_row(record) for record in records)]
    print_rows(console, "", rows, dim=[0])


def _row(record: Record) -> tuple[str, ...]:
    return (
        str(record.number),
        record.started,
        record.command,
        record.subject,
        record.status,
        _hosts(record),
    )


def _hosts(record: Record) -> str:
    """Return how many hosts ended in which way; if that is unknown, how many there were."""
    try:
        envoys = run_from_data(record.result).envoys if record.result else {}
    except InvalidData:
        envoys = {}
    counts = Counter(envoy.status.value for envoy in envoys.values())
    return ", ".join(f"{count} {status}" for status, count in counts.items()) or str(record.hosts)


def record_as_data(record: Record) -> dict[str, Any]:
    """Return the same as data, without the result itself."""
    return {
        "number": record.number,
        "started": record.started,
        "command": record.command,
        "of": record.subject,
        "status": record.status,
        "hosts": record.hosts,
        "finished": len(record.finished),
    }
