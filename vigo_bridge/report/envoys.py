# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows which hosts match the stack, and what they get."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from vigo_bridge.report.columns import place, print_line, print_rows
from vigo_bridge.resolve.plan import Group, Plan
from vigo_bridge.wording import counted


def print_envoys(plan: Plan, folder: Path, console: Console) -> None:
    """Print a line for each host, and the hosts that no entry matches. folder: the stack's."""
    matched = [(host, group) for group in plan.groups for host in group.hosts]
    if matched:
        heading = ("host", "match", "", "environment", "roles", "configcrates")
        rows = [heading, *(_row(host, group, folder) for host, group in matched)]
        print_rows(console, "", rows, dim=[0])
    print_rows(
        console,
        "Skipped: no match entry",
        [(host,) for host in plan.unmatched],
    )
    print_line(
        console, Text(f"{counted(len(matched), 'envoy')}, {len(plan.unmatched)} unmatched", "bold")
    )


def _row(host: str, group: Group, folder: Path) -> tuple[str, ...]:
    return (
        host,
        group.match,
        place(folder, group.position),
        group.environment or "-",
        ",".join(group.roles) or "-",
        ",".join(crate.name for crate in group.crates) or "-",
    )


def envoys_as_json(plan: Plan) -> dict[str, Any]:
    """Return the same as data; files are named relative to the stack's folder."""
    return {
        "envoys": [
            {
                "host": host,
                "match": group.match,
                "file": group.position.file,
                "line": group.position.line,
                "column": group.position.column,
                "environment": group.environment,
                "roles": list(group.roles),
                "configcrates": [crate.name for crate in group.crates],
            }
            for group in plan.groups
            for host in group.hosts
        ],
        "unmatched": list(plan.unmatched),
    }
