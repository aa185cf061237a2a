# SPDX-License-Identifier: GPL-3.0-or-later
"""``--report FILE``: the result of a run as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vigo_bridge.language import Stack
    from vigo_bridge.report.clock import Clock
    from vigo_bridge.resolve.graph import Drawing
    from vigo_bridge.resolve.plan import Plan
    from vigo_bridge.run.results import RunResult


def write_report(
    page: Path | None,
    result: RunResult,
    title: str,
    clock: Clock,
    stack: Stack,
    plan: Plan,
    settings: Mapping[str, Any],
) -> None:
    """Write the page, if requested. title: which command, of which stack."""
    if page is None:
        return
    # Imported here, as few ask for a page.
    from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import reason
    from vigo_bridge.files import write_text
    from vigo_bridge.report.html import as_html
    from vigo_bridge.report.progress import Lines

    text = as_html(result, title, clock, _drawings(stack, plan, settings))
    try:
        write_text(page, text)
    except OSError as error:  # The result of the hosts decides the exit status.
        Lines().say(
            f"the report {page} cannot be written: {reason(error)}; set another path with --report"
        )
        return
    Lines().say(f"the report is in {page}")


def _drawings(stack: Stack, plan: Plan, settings: Mapping[str, Any]) -> list[tuple[str, Drawing]]:
    """Return one graph for each match entry, whose hosts have the same graph."""
    from vigo_bridge.resolve.trace import trace

    return [
        (group.match, trace(stack, replace(plan, groups=(group,)), settings).drawing)
        for group in plan.groups
    ]
