# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the output of a command in containers, for people and for pipes."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import CUT
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean, hanging, one_line
from vigo_bridge.report.printing import echo
from vigo_bridge.report.terminal import STATUS_STYLES, indented, print_envoys
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult

#: What stands for bytes that are not text.
_NO_TEXT = "\ufffd"
_OTHERWISE = "write it to a file in the container, and copy that file"
_CHANGED = (
    "it contains bytes that are not plain text; for an exact copy, encode it"
    " (-- sh -c 'COMMAND | base64') and decode it here (base64 -d)"
)


def print_execution(result: RunResult, console: Console, errors: Console) -> bool:
    """Print the output of one container to the same streams, and that of several host by host.

    errors: a console on standard error. Return whether standard output is complete where it was
    printed as it is.
    """
    one = _only_one(result)
    if one is None:
        print_envoys(result, console, _lines)
        return True
    host, found = one
    output = found.output or ""
    echo(output, nl=False)
    echo(found.stderr or "", err=True, nl=False)
    is_whole = not output.startswith(CUT)
    problems = [found.reason] if found.failed else []
    if not is_whole:
        problems.append(f"standard output is too long, and its beginning is missing; {_OTHERWISE}")
    elif clean(output) != output.replace("\r\n", "\n") or _NO_TEXT in output:
        problems += [] if console.is_terminal else [f"standard output was changed: {_CHANGED}"]
    for problem in problems:
        line = Text(f"{one_line(host)}: {one_line(found.id)}: {hanging(problem, 2)}", "red")
        errors.print(line, soft_wrap=True, highlight=False)
    return is_whole


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
