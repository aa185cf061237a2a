# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's result for people, on a terminal or in a log."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.module_utils.resource import UNCHANGED
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult, RunStatus

STATUS_STYLES = {
    EnvoyStatus.CONVERGED: "green",
    EnvoyStatus.CHANGED: "yellow",
    EnvoyStatus.PENDING: "yellow",
    EnvoyStatus.FAILED: "bold red",
    EnvoyStatus.UNREACHABLE: "bold red",
    EnvoyStatus.UNTOUCHED: "magenta",
    EnvoyStatus.INTERRUPTED: "magenta",
}
#: Of more hosts than these, only the first are named.
_LISTED = 10
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_run(result: RunResult, console: Console, *, diffs: bool, everything: bool) -> None:
    """Every envoy with what changed or failed on it, then lines that sum up.

    diffs: show what changes in files and settings. everything: unchanged resources too.
    """

    def lines(envoy: EnvoyResult) -> Iterator[Text]:
        yield _summary(envoy)
        yield from _details(envoy, diffs, everything)

    print_envoys(result, console, lines)


def print_envoys(
    result: RunResult, console: Console, about: Callable[[EnvoyResult], Iterable[Text]]
) -> None:
    """Envoys of which the same is to be said are named together; then come lines that sum up.

    about: the lines on an envoy, the first of which stands beside its name.
    """
    groups: dict[_Equal, list[str]] = {}
    for host, envoy in result.envoys.items():
        lines = tuple(about(envoy))
        groups.setdefault(_Equal(lines), []).append(host)
    for (summary, *details), hosts in groups.items():
        _print(console, Text(listed(hosts), "bold").append("  ").append_text(summary))
        for detail in details:
            _print(console, detail)
    for line in _conclusions(result):
        _print(console, Text(line, "bold"))


def listed(hosts: Sequence[str]) -> str:
    """Host names, of many only the first."""
    if len(hosts) <= _LISTED:
        return ", ".join(hosts)
    return f"{', '.join(hosts[:3])} and {len(hosts) - 3} other hosts"


def changes(envoy: EnvoyResult) -> int:
    """How many of its resources changed."""
    return sum(resource["action"] not in UNCHANGED for resource in envoy.resources)


def clean(text: str) -> str:
    """Text from a host without characters that would steer the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _matters(resource: Mapping[str, Any], status: EnvoyStatus) -> bool:
    """Beside a failure, what it has held back matters too."""
    shown_when_failed = status is EnvoyStatus.FAILED and resource["action"] == "skipped"
    return resource["action"] not in UNCHANGED or "error" in resource or shown_when_failed


class _Equal(tuple[Text, ...]):
    """Lines that are equal when they read the same and look the same."""

    def __hash__(self) -> int:
        return hash(tuple(line.plain for line in self))


def _summary(envoy: EnvoyResult) -> Text:
    summary = Text(envoy.status.value, STATUS_STYLES[envoy.status])
    if envoy.resources:
        summary.append(f"  {changes(envoy)} of {len(envoy.resources)} resources", "dim")
    return summary


def _details(envoy: EnvoyResult, diffs: bool, everything: bool) -> Iterator[Text]:
    if envoy.message and not any("error" in resource for resource in envoy.resources):
        yield Text(indented(envoy.message, 2))
    for resource in envoy.resources:
        if everything or _matters(resource, envoy.status):
            yield from _resource_lines(resource, diffs)
    for note in envoy.notes:
        yield Text(f"  note: {clean(note)}", "dim")


def _resource_lines(resource: Mapping[str, Any], diffs: bool) -> Iterator[Text]:
    failed = "error" in resource
    line = Text("  ")
    line.append(f"{resource['action']:<10} ", "red" if failed else "yellow")
    line.append(clean(resource["id"]))
    if resource["reason"]:
        line.append(f"  {clean(resource['reason'])}", "" if failed else "dim")
    yield line
    if failed and resource["error"].get("log"):
        yield Text(indented(resource["error"]["log"], 4), "dim")
    if diffs and resource.get("diff"):
        for diff_line in diff_lines(resource["diff"]):
            yield Text(f"    {clean(diff_line)}", _DIFF_STYLES.get(diff_line[:1], ""))


def diff_lines(diff: Mapping[str, Any]) -> Iterator[str]:
    """A resource's diff as the lines of a unified one."""
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


def _conclusions(result: RunResult) -> Iterator[str]:
    if result.stopped:
        yield (
            f"stopped after batch {len(result.batches)}: {clean(result.stopped)}; mend that, and go"
            " on with --resume"
        )
    if result.status is RunStatus.INTERRUPTED:
        yield "interrupted"
    yield _total(result)


def _total(result: RunResult) -> str:
    counts = Counter(envoy.status for envoy in result.envoys.values())
    parts = [f"{counts[status]} {status.value}" for status in EnvoyStatus if counts[status]]
    envoys = "1 envoy" if len(result.envoys) == 1 else f"{len(result.envoys)} envoys"
    return f"{envoys}: {', '.join(parts)} ({result.duration:.1f} s)"


def indented(text: str, spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in clean(text.strip("\n")).split("\n"))


def _print(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True, highlight=False)
