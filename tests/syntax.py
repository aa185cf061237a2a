# SPDX-License-Identifier: GPL-3.0-or-later
"""The syntax of Python files, parsed once for all tests of a process."""

from __future__ import annotations

import ast
import gc
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: What is delivered: the command line and the plugins of the collection.
SOURCES = ("vigo_bridge", "ansible_collections/vigo/bridge/plugins")

Nodes = tuple[ast.AST, ...]


@cache
def sources() -> dict[str, Path]:
    """Return all delivered files, by their paths in the project."""
    found = (path for folder in SOURCES for path in (ROOT / folder).rglob("*.py"))
    return {str(path.relative_to(ROOT)): path for path in sorted(found)}


@cache
def nodes(path: Path) -> Nodes:
    """Return all nodes of a file, beginning with the module.

    They are kept, so Python need not search them for garbage.
    """
    found = nodes_of(path.read_text(encoding="utf-8"))
    gc.freeze()
    return found


def nodes_of(program: str) -> Nodes:
    """Return all nodes of a program."""
    return tuple(ast.walk(ast.parse(program)))
