# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the output of a task on its hosts, for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import hanging
from vigo_bridge.report.terminal import STATUS_STYLES, indented, print_envoys
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult


def print_task(result: RunResult, console: Console) -> None:
    """Print hosts with the same outcome and output together, with the output below them."""
    print_envoys(result, console, _lines)


def _lines(envoy: EnvoyResult) -> Iterator[Text]:
    ran = envoy.status is EnvoyStatus.CHANGED
    yield Text("ran" if ran else envoy.status.value, STATUS_STYLES[envoy.status])
    if envoy.message and not envoy.failures:
        yield Text(indented(envoy.message, 2))
    for resource in envoy.resources:
        if resource.failed:
            yield Text(f"  {hanging(resource.reason, 4)}", "red")
        output = resource.output or (resource.error or {}).get("log") or ""
        if output.strip():
            yield Text(indented(output, 2))
