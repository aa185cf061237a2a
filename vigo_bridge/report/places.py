# SPDX-License-Identifier: GPL-3.0-or-later
"""The folders of a stack, and the places of its names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.language.occurrences import Occurrence
from vigo_bridge.report.columns import place, print_line
from vigo_bridge.resolve.inheritance import Giver


def print_tree(givers: Sequence[Giver], folder: Path, console: Console) -> None:
    """Print folders, the files in them, and what each sets. folder: the stack's."""
    print_line(console, Text(f"{folder}/", "bold"))
    above: tuple[str, ...] = ()
    for giver in givers:
        *folders, name = giver.position.file.split("/")
        path = tuple(folders)
        for depth in range(_common_depth(path, above), len(path)):
            print_line(console, Text("  " * (depth + 1) + one_line(path[depth]) + "/", "bold"))
        above = path
        indent = "  " * (len(path) + 1)
        line = Text(f"{indent}{one_line(name)}:{giver.position.line}:{giver.position.column}  ")
        line.append(one_line(giver.label), "bold")
        print_line(console, line)
        for what, names in _gifts(giver):
            print_line(console, Text(one_line(f"{indent}    {what} {names}")))
        if giver.inherits:
            sources = ", ".join(str(position) for position in giver.inherits)
            print_line(console, Text(f"{indent}    inherits {sources}", "dim"))


def _common_depth(path: tuple[str, ...], other: tuple[str, ...]) -> int:
    depth = 0
    while path[depth : depth + 1] and path[depth : depth + 1] == other[depth : depth + 1]:
        depth += 1
    return depth


def _gifts(giver: Giver) -> list[tuple[str, str]]:
    gifts = (
        ("environment", giver.environment),
        ("roles", ", ".join(giver.roles)),
        ("configcrates", ", ".join(giver.configcrates)),
        ("without", ", ".join(giver.excluded)),
        ("vars", ", ".join(giver.vars)),
    )
    return [(what, names) for what, names in gifts if names]


def tree_as_json(givers: Sequence[Giver]) -> list[dict[str, Any]]:
    """Return the same as data; files are named relative to the stack's folder."""
    return [
        {
            "label": giver.label,
            "file": giver.position.file,
            "line": giver.position.line,
            "column": giver.position.column,
            "environment": giver.environment or None,
            "roles": list(giver.roles),
            "configcrates": list(giver.configcrates),
            "exclude_configcrates": list(giver.excluded),
            "vars": list(giver.vars),
            "inherits": [str(position) for position in giver.inherits],
        }
        for giver in givers
    ]


def print_occurrences(found: Sequence[Occurrence], folder: Path, console: Console) -> None:
    """Print one line each, as `grep -n` does."""
    for item in found:
        line = Text(f"{place(folder, item.position)}: ")
        line.append(one_line(f"{item.kind} {item.name}"), "bold").append(one_line(f": {item.how}"))
        print_line(console, line)


def occurrences_as_json(found: Sequence[Occurrence]) -> list[dict[str, Any]]:
    return [
        {
            "kind": item.kind,
            "name": item.name,
            "how": item.how,
            "file": item.position.file,
            "line": item.position.line,
            "column": item.position.column,
        }
        for item in found
    ]
