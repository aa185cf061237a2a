# SPDX-License-Identifier: GPL-3.0-or-later
"""Formats diagnostics of a stack, as text with the line that they refer to, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import read_below
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import hanging, one_line
from vigo_bridge.language.diagnostics import Diagnostic
from vigo_bridge.language.folder import MAX_TEMPLATE
from vigo_bridge.language.position import Position

#: How many characters of a long line are shown on either side of the caret.
_REACH = 60


def as_text(diagnostic: Diagnostic, folder: Path) -> str:
    """Return `FILE:LINE:COL: severity: message`, the line with a caret, and the suggestion.

    folder: the stack's; paths of files begin with it, so that a terminal or editor can open them.
    """
    position = diagnostic.position
    if position is None or position.line == 0:
        head = f"{one_line(str(position))}: " if position else ""
        lines = [f"{head}{diagnostic.severity}: {hanging(diagnostic.message, 2)}"]
    else:
        path = folder / position.file
        place = f"{one_line(str(path))}:{position.line}:{position.column}"
        lines = [f"{place}: {diagnostic.severity}: {hanging(diagnostic.message, 2)}"]
        lines += _excerpt(folder, position)
    if diagnostic.suggestion:
        lines.append(f"  {hanging(diagnostic.suggestion, 2)}")
    return "\n".join(lines)


def _excerpt(folder: Path, position: Position) -> list[str]:
    """Return the line and a caret below it; empty if the file does not have the line (any more)."""
    try:
        path = folder / position.file
        line = _lines(str(folder), position.file, path.stat().st_mtime_ns)[position.line - 1]
    except (OSError, ValueError, IndexError):
        return []
    start = max(0, position.column - 1 - _REACH)
    # Tabs and control characters would shift the caret, or control the terminal.
    shown = "".join(
        character if character.isprintable() else " "
        for character in line[start : position.column - 1 + _REACH]
    )
    if not shown.strip():
        return []
    caret = " " * (position.column - 1 - start) + "^"
    return [f"  | {shown.rstrip()}", f"  | {caret}"]


@lru_cache(maxsize=4)
def _lines(folder: str, file: str, modified: int) -> list[str]:
    """Return the lines of a file of a stack; cached, as many findings may be in the same file."""
    content = read_below(folder, file, MAX_TEMPLATE)
    return content.decode("utf-8-sig", "replace").split("\n")


def as_json(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """Return findings as JSON; file, line and column are null where they do not apply."""
    return [
        {
            "severity": diagnostic.severity,
            "code": diagnostic.code,
            "message": diagnostic.message,
            "file": diagnostic.position.file if diagnostic.position else None,
            "line": diagnostic.position.line if diagnostic.position else None,
            "column": diagnostic.position.column if diagnostic.position else None,
            "suggestion": diagnostic.suggestion or None,
        }
        for diagnostic in diagnostics
    ]
