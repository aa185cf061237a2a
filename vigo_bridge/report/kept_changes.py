# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows how a stack changed between two rollouts, for people and for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.report.columns import print_line
from vigo_bridge.report.terminal import DIFF_STYLES, diff_lines
from vigo_bridge.wording import size


@dataclass(frozen=True)
class KeptChange:
    """A file that differs. before, after: its content; None if the stack does not have it."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def kind(self) -> str:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


def print_changes(changes: Sequence[KeptChange], console: Console) -> None:
    """Print each file with its difference in lines."""
    for change in changes:
        sizes = "" if _is_text(change) else f"  not text, {_sizes(change)}"
        print_line(console, Text(f"{change.kind:<8} {one_line(change.path)}{sizes}", "bold"))
        for line in _lines(change):
            print_line(console, Text(f"  {one_line(line)}", DIFF_STYLES.get(line[:1], "")))


def change_as_data(change: KeptChange) -> dict[str, Any]:
    """Return a change as data; its diff is null where the file is not text."""
    diff = "".join(f"{line}\n" for line in _lines(change)) if _is_text(change) else None
    return {"path": change.path, "change": change.kind, "diff": diff}


def _lines(change: KeptChange) -> Iterator[str]:
    if _is_text(change):
        sides = {"before": _decoded(change.before), "after": _decoded(change.after)}
        yield from diff_lines(sides)


def _is_text(change: KeptChange) -> bool:
    try:
        return "\0" not in _decoded(change.before) + _decoded(change.after)
    except UnicodeDecodeError:
        return False


def _decoded(content: bytes | None) -> str:
    return (content or b"").decode()


def _sizes(change: KeptChange) -> str:
    return " -> ".join(
        size(len(side)) for side in (change.before, change.after) if side is not None
    )
