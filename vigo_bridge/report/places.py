# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the folders of a stack, and the positions of its names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.language.occurrences import Occurrence
from vigo_bridge.report.columns import place, print_line
from vigo_bridge.resolve.inheritance import Source


def print_tree(sources: Sequence[Source], folder: Path, console: Console) -> None:
    """Print folders, the files in them, and what each sets. folder: the stack's."""
    print_line(console, Text(f"{folder}/", "bold"))
    above: tuple[str, ...] = ()
    for source in sources:
        *folders, name = source.position.file.split("/")
        path = tuple(folders)
        for depth in range(_common_depth(path, above), len(path)):
            print_line(console, Text("  " * (depth + 1) + one_line(path[depth]) + "/", "bold"))
        above = path
        indent = "  " * (len(path) + 1)
        line = Text(f"{indent}{one_line(name)}:{source.position.line}:{source.position.column}  ")
        line.append(one_line(source.label), "bold")
        print_line(console, line)
        for what, names in _values(source):
            print_line(console, Text(one_line(f"{indent}    {what} {names}")))
        if source.inherits:
            inherited = ", ".join(str(position) for position in source.inherits)
            print_line(console, Text(f"{indent}    inherits {inherited}", "dim"))


def _common_depth(path: tuple[str, ...], other: tuple[str, ...]) -> int:
    depth = 0
    while path[depth : depth + 1] and path[depth : depth + 1] == other[depth : depth + 1]:
        depth += 1
    return depth


def _values(source: Source) -> list[tuple[str, str]]:
    values = (
        ("environment", source.environment),
        ("roles", ", ".join(source.roles)),
        ("configcrates", ", ".join(source.configcrates)),
        ("without", ", ".join(source.excluded)),
        ("vars", ", ".join(source.vars)),
    )
    return [(what, names) for what, names in values if names]


def tree_as_json(sources: Sequence[Source]) -> list[dict[str, Any]]:
    """Return the same as data; files are named relative to the stack's folder."""
    return [
        {
            "label": source.label,
            "file": source.position.file,
            "line": source.position.line,
            "column": source.position.column,
            "environment": source.environment or None,
            "roles": list(source.roles),
            "configcrates": list(source.configcrates),
            "exclude_configcrates": list(source.excluded),
            "vars": list(source.vars),
            "inherits": [str(position) for position in source.inherits],
        }
        for source in sources
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
