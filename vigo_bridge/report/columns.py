# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints rows of text in columns, one line each, also for `grep` and `awk`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import clean
from vigo_bridge.language.position import Position
from vigo_bridge.language.scalars import plain_value

#: The widest column: a wider cell shifts only the rest of its own line.
_WIDEST = 72
_INDENT = "  "
_GAP = "  "


def print_rows(
    console: Console, heading: str, rows: Sequence[Sequence[str]], dim: Sequence[int] = ()
) -> None:
    """Print a heading and rows of equally many cells; nothing without rows.

    dim: the indexes of rows to print dimmed.

    Lines are never wrapped, so that each row is one line in a pipe.
    """
    if not rows:
        return
    if heading:
        print_line(console, Text(f"\n{heading}", "bold"))
    cells = [[clean(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [
        max((width for row in cells if (width := cell_len(row[column])) <= _WIDEST), default=0)
        for column in range(len(cells[0]))
    ]
    for number, row in enumerate(cells):
        padded = (
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        )
        line = _INDENT + _GAP.join(padded).rstrip()
        print_line(console, Text(line, "dim" if number in dim else ""))


def print_line(console: Console, line: Text) -> None:
    console.print(line, soft_wrap=True, highlight=False)


def place(folder: Path, position: Position) -> str:
    """Return a position that a terminal or an editor can open. folder: the stack's."""
    return str(position) if position.line == 0 else f"{folder / position.file}:{_spot(position)}"


def _spot(position: Position) -> str:
    return f"{position.line}:{position.column}"


def shown(value: Any) -> str:
    """Return a value on one line; text that could be misread is in quotes."""
    if isinstance(value, str):
        is_plain = value.strip() == value and value.isprintable() and plain_value(value) == value
        if is_plain and value[0] not in "\"'[{":
            return value
    return json.dumps(value, ensure_ascii=False)
