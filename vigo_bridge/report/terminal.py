# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints a run's result for people, on a terminal or in a log."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import hanging, one_line
from vigo_bridge.run.results import EnvoyResult, EnvoyStatus, RunResult, RunStatus
from vigo_bridge.wording import counted

STATUS_STYLES = {
    EnvoyStatus.CONVERGED: "green",
    EnvoyStatus.CHANGED: "yellow",
    EnvoyStatus.PENDING: "yellow",
    EnvoyStatus.FAILED: "bold red",
    EnvoyStatus.UNREACHABLE: "bold red",
    EnvoyStatus.UNTOUCHED: "magenta",
    EnvoyStatus.ROLLED_BACK: "magenta",
    EnvoyStatus.INTERRUPTED: "magenta",
}
#: Of more hosts than this, only the first are listed.
_LISTED = 10
#: Texts with more pairs of lines than this are not compared line by line.
_COMPARED = 4_000_000
_UNDO = "vigo-bridge rollout undo"
DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_run(result: RunResult, console: Console, *, diffs: bool, everything: bool) -> None:
    """Print every envoy with its changes or failures, then a summary.

    diffs: show what changes in files and settings. everything: unchanged resources too.
    """

    def lines(envoy: EnvoyResult) -> Iterator[Text]:
        yield _summary(envoy)
        yield from _details(envoy, diffs, everything)

    print_envoys(result, console, lines)


def print_envoys(
    result: RunResult, console: Console, about: Callable[[EnvoyResult], Iterable[Text]]
) -> None:
    """Print envoys with the same lines together, then a summary.

    about: returns the lines about an envoy; the first is next to its name.
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
    """Return host names; of many, only the first."""
    if len(hosts) <= _LISTED:
        return ", ".join(map(one_line, hosts))
    return f"{', '.join(map(one_line, hosts[:3]))} and {counted(len(hosts) - 3, 'other host')}"


def _matters(resource: Result, status: EnvoyStatus) -> bool:
    """Return whether a resource is shown. If one fails, the resources that were skipped because of
    it are shown, too.
    """
    shown_when_failed = status is EnvoyStatus.FAILED and resource.action == "skipped"
    return resource.changed or resource.failed or shown_when_failed


class _Equal(tuple[Text, ...]):
    """Lines that are equal if text and style are the same."""

    def __hash__(self) -> int:
        return hash(tuple(line.plain for line in self))


def _summary(envoy: EnvoyResult) -> Text:
    summary = Text(envoy.status.value, STATUS_STYLES[envoy.status])
    if envoy.resources:
        summary.append(f"  {changed_of(envoy)}", "dim")
    return summary


def changed_of(envoy: EnvoyResult) -> str:
    """Return how many of how many resources of an envoy changed, and how many were adopted."""
    changed = f"{envoy.changes} of {counted(len(envoy.resources), 'resource')}"
    if not envoy.adoptions:
        return changed
    adopted = f"{envoy.adoptions} adopted as they are"
    return f"{changed}, {adopted}" if envoy.changes else adopted


def _details(envoy: EnvoyResult, diffs: bool, everything: bool) -> Iterator[Text]:
    if envoy.message and not envoy.failures:
        yield Text(indented(envoy.message, 2))
    for resource in envoy.resources:
        if everything or _matters(resource, envoy.status):
            yield from _resource_lines(resource, diffs)
    if envoy.rollback_error:
        yield Text(f"  {hanging(rollback_problem(envoy), 4)}", "red")
    rolled_back = [one for one in envoy.restored if everything or one.action != "none"]
    if envoy.restored:
        heading = "rolled back to the state before this rollout:"
        yield Text(f"  {heading if rolled_back else 'nothing to roll back'}")
    for resource in rolled_back:
        for line in _resource_lines(resource, diffs=False):
            yield Text("  ").append_text(line)
    for note in envoy.notes:
        yield Text(f"  note: {hanging(note, 4)}", "dim")


def rollback_problem(envoy: EnvoyResult) -> str:
    """Return why an envoy could not be rolled back, and what to do about it."""
    return f"rolling back failed: {envoy.rollback_error}; to try again, run `{_UNDO}`"


def _resource_lines(resource: Result, diffs: bool) -> Iterator[Text]:
    line = Text("  ")
    line.append(f"{resource.action:<10} ", "red" if resource.failed else "yellow")
    line.append(one_line(resource.id))
    if resource.reason:
        line.append(f"  {hanging(resource.reason, 4)}", "" if resource.failed else "dim")
    yield line
    if resource.error and resource.error["log"]:
        yield Text(indented(resource.error["log"], 4), "dim")
    if diffs and resource.diff:
        for diff_line in diff_lines(resource.diff):
            yield Text(f"    {one_line(diff_line)}", DIFF_STYLES.get(diff_line[:1], ""))


def diff_lines(diff: Mapping[str, Any]) -> Iterator[str]:
    """Yield a resource's diff as lines of a unified diff."""
    if "prepared" in diff:
        yield from _lines(diff["prepared"])
        return
    before, after = (_lines(_as_text(diff.get(side, ""))) for side in ("before", "after"))
    if len(before) * len(after) > _COMPARED:
        yield from _without_comparison(before, after)
        return
    # The first two lines name files.
    yield from list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def _lines(text: str) -> list[str]:
    """Return lines. Only a line break ends a line; a file may contain other separators."""
    return text.removesuffix("\n").split("\n") if text else []


def _without_comparison(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the part between the equal beginnings and ends of two long texts.

    It is not compared line by line, because that can take hours.
    """
    start, longest = 0, min(len(before), len(after))
    while start < longest and before[start] == after[start]:
        start += 1
    end = 0
    while end < longest - start and before[-1 - end] == after[-1 - end]:
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if len(old) * len(new) <= _COMPARED:
        yield from list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
        return
    yield f"@@ -{start + 1},{len(old)} +{start + 1},{len(new)} @@"
    yield from (f"-{line}" for line in old)
    yield from (f"+{line}" for line in new)


def _as_text(side: Any) -> str:
    """Return file content unchanged, and settings one per line."""
    if isinstance(side, str):
        return side
    return yaml.safe_dump(side, sort_keys=False, allow_unicode=True)


def _conclusions(result: RunResult) -> Iterator[str]:
    if result.stopped:
        yield (
            f"stopped after batch {len(result.batches)}: {hanging(result.stopped, 2)}; fix"
            " this, then continue with --resume"
        )
    if result.status is RunStatus.INTERRUPTED:
        yield "interrupted"
    yield _total(result)


def _total(result: RunResult) -> str:
    counts = Counter(envoy.status for envoy in result.envoys.values())
    parts = [f"{counts[status]} {status.value}" for status in EnvoyStatus if counts[status]]
    envoys = counted(len(result.envoys), "envoy")
    return f"{envoys}: {', '.join(parts)} ({result.duration:.1f} s)"


def indented(text: str, spaces: int) -> str:
    return " " * spaces + hanging(text, spaces)


def _print(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True, highlight=False)
