# SPDX-License-Identifier: GPL-3.0-or-later
"""Only a line feed ends a line: `splitlines` also splits at characters that belong to values."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = ("vigo_bridge", "ansible_collections/vigo/bridge/plugins")


def calls_splitlines(program: str) -> bool:
    return "splitlines" in program and any(
        isinstance(node, ast.Attribute) and node.attr == "splitlines"
        for node in ast.walk(ast.parse(program))
    )


def test_how_it_is_found() -> None:
    assert calls_splitlines("a.splitlines()")
    assert not calls_splitlines('"""No splitlines here."""')


def test_no_splitlines() -> None:
    sources = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert sources
    assert [path for path in sources if calls_splitlines(path.read_text("utf-8"))] == []
