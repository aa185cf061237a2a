# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command printed in containers, for people and for pipes."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import hanging, one_line
from vigo_bridge.report.printing import echo
from vigo_bridge.report.terminal import STATUS_STYLES, indented, print_envoys
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult


def print_execution(result: RunResult, console: Console, errors: Console) -> None:
    """Print what one container printed to the same streams; of several, host by host.

    errors: a console on standard error.
    """
    one = _only_one(result)
    if one is None:
        print_envoys(result, console, _lines)
        return
    host, found = one
    echo(found.output or "", nl=False)
    echo(found.stderr or "", err=True, nl=False)
    if found.failed:
        line = Text(f"{one_line(host)}: {one_line(found.id)}: {hanging(found.reason, 2)}", "red")
        errors.print(line, soft_wrap=True, highlight=False)


def _only_one(result: RunResult) -> tuple[str, Result] | None:
    """Return the only host with its only container, where a command was started."""
    found = [
        (host, resource) for host, envoy in result.envoys.items() for resource in envoy.resources
    ]
    is_one = len(result.envoys) == len(found) == 1 and found[0][1].output is not None
    return found[0] if is_one else None


def _lines(envoy: EnvoyResult) -> Iterator[Text]:
    yield Text(_status(envoy), STATUS_STYLES[envoy.status])
    if envoy.message and not envoy.failures:
        yield Text(indented(envoy.message, 2))
    several = len(envoy.resources) > 1
    for resource in envoy.resources:
        name = one_line(resource.id)
        if resource.action != "ran":
            style = "red" if resource.failed else "dim"
            yield Text(f"  {name}: {hanging(resource.reason, 4)}", style)
        elif several:
            yield Text(f"  {name}")
        for output in (resource.output, resource.stderr):
            if output and output.strip():
                yield Text(indented(output, 4 if several else 2))
    for note in envoy.notes:
        yield Text(f"  note: {hanging(note, 4)}", "dim")


def _status(envoy: EnvoyResult) -> str:
    if envoy.status is EnvoyStatus.CHANGED:
        return "ran"
    return "skipped" if envoy.status is EnvoyStatus.CONVERGED else envoy.status.value
