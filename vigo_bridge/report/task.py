# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task printed on its hosts, for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from vigo_bridge.report.terminal import STATUS_STYLES, clean, indented, print_envoys
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult


def print_task(result: RunResult, console: Console) -> None:
    """Hosts with the same outcome and output are named together, the output below them."""
    print_envoys(result, console, _lines)


def _lines(envoy: EnvoyResult) -> Iterator[Text]:
    ran = envoy.status is EnvoyStatus.CHANGED
    yield Text("ran" if ran else envoy.status.value, STATUS_STYLES[envoy.status])
    if envoy.message and not any("error" in resource for resource in envoy.resources):
        yield Text(indented(envoy.message, 2))
    for resource in envoy.resources:
        error = resource.get("error") or {}
        if error:
            yield Text(f"  {clean(resource['reason'])}", "red")
        output = str(resource.get("output") or error.get("log") or "")
        if output.strip():
            yield Text(indented(output, 2))
