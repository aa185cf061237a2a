# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's result for people, on a terminal or in a log."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.module_utils.resource import UNCHANGED
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult

_STATUS_STYLES = {
    EnvoyStatus.CONVERGED: "green",
    EnvoyStatus.CHANGED: "yellow",
    EnvoyStatus.PENDING: "yellow",
    EnvoyStatus.FAILED: "bold red",
    EnvoyStatus.UNREACHABLE: "bold red",
    EnvoyStatus.UNTOUCHED: "magenta",
    EnvoyStatus.INTERRUPTED: "magenta",
}
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_run(result: RunResult, console: Console, *, diffs: bool, everything: bool) -> None:
    """Every envoy with what changed or failed on it, then a line that sums up.

    diffs: show what changes in files and settings. everything: unchanged resources too.
    """
    for host, envoy in result.envoys.items():
        _print(console, _heading(host, envoy))
        for resource in envoy.resources:
            if everything or _matters(resource, envoy.status):
                _print_resource(console, resource, diffs)
        for note in envoy.notes:
            _print(console, Text(f"  note: {clean(note)}", "dim"))
    _print(console, Text(_total(result), "bold"))


def clean(text: str) -> str:
    """Text from a host without characters that would steer the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _matters(resource: Mapping[str, Any], status: EnvoyStatus) -> bool:
    """Beside a failure, what it has held back matters too."""
    shown_when_failed = status is EnvoyStatus.FAILED and resource["action"] == "skipped"
    return resource["action"] not in UNCHANGED or "error" in resource or shown_when_failed


def _heading(host: str, envoy: EnvoyResult) -> Text:
    heading = Text(host, "bold").append("  ")
    heading.append(envoy.status.value, _STATUS_STYLES[envoy.status])
    if envoy.resources:
        changed = sum(resource["action"] not in UNCHANGED for resource in envoy.resources)
        heading.append(f"  {changed} of {len(envoy.resources)} resources", "dim")
    elif envoy.message:
        heading.append(f"\n{_indented(envoy.message, 2)}")
    return heading


def _print_resource(console: Console, resource: Mapping[str, Any], diffs: bool) -> None:
    failed = "error" in resource
    line = Text("  ")
    line.append(f"{resource['action']:<10} ", "red" if failed else "yellow")
    line.append(clean(resource["id"]))
    if resource["reason"]:
        line.append(f"  {clean(resource['reason'])}", "" if failed else "dim")
    _print(console, line)
    if failed and resource["error"].get("log"):
        _print(console, Text(_indented(resource["error"]["log"], 4), "dim"))
    if diffs and resource.get("diff"):
        for diff_line in _diff_lines(resource["diff"]):
            _print(console, Text(f"    {clean(diff_line)}", _DIFF_STYLES.get(diff_line[:1], "")))


def _diff_lines(diff: Mapping[str, Any]) -> Iterator[str]:
    if "prepared" in diff:
        yield from str(diff["prepared"]).splitlines()
        return
    before, after = (_as_text(diff.get(side, "")).splitlines() for side in ("before", "after"))
    lines = difflib.unified_diff(before, after, lineterm="", n=2)
    yield from (line for line in lines if not line.startswith(("---", "+++")))


def _as_text(side: Any) -> str:
    """File content as it is, settings one to a line."""
    if isinstance(side, str):
        return side
    return yaml.safe_dump(side, sort_keys=False, allow_unicode=True)


def _total(result: RunResult) -> str:
    counts = Counter(envoy.status for envoy in result.envoys.values())
    parts = [f"{counts[status]} {status.value}" for status in EnvoyStatus if counts[status]]
    envoys = "1 envoy" if len(result.envoys) == 1 else f"{len(result.envoys)} envoys"
    return f"{envoys}: {', '.join(parts)} ({result.duration:.1f} s)"


def _indented(text: str, spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in clean(text.strip("\n")).split("\n"))


def _print(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True, highlight=False)
