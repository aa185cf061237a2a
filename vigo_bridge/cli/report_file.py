# SPDX-License-Identifier: GPL-3.0-or-later
"""``--report FILE``: a run's result as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from vigo_bridge.language import Stack
from vigo_bridge.report.html import as_html
from vigo_bridge.report.progress import Lines
from vigo_bridge.resolve.graph import Drawing
from vigo_bridge.resolve.plan import Plan
from vigo_bridge.resolve.trace import trace
from vigo_bridge.run.results import RunResult

report_option = click.option(
    "--report",
    "page",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    metavar="FILE",
    help="Write the result as one HTML page, too: no network, searchable, printable.",
)


def write_report(
    page: Path | None,
    result: RunResult,
    title: str,
    stack: Stack,
    plan: Plan,
    settings: Mapping[str, Any],
) -> None:
    """Writes the page, where one is asked for. title: which command, of which stack."""
    if page is None:
        return
    text = as_html(result, title, _drawings(stack, plan, settings))
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{page} cannot be written: {error.strerror}") from error
    Lines().say(f"the report is in {page}")


def _drawings(stack: Stack, plan: Plan, settings: Mapping[str, Any]) -> list[tuple[str, Drawing]]:
    """One graph for each match entry: its hosts have the same."""
    return [
        (group.match, trace(stack, replace(plan, groups=(group,)), settings).drawing)
        for group in plan.groups
    ]
