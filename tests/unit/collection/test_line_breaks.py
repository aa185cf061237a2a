# SPDX-License-Identifier: GPL-3.0-or-later
"""Only a line feed ends a line: `splitlines` also splits at characters that belong to values."""

from __future__ import annotations

import ast

from tests.syntax import sources


def calls_splitlines(program: str) -> bool:
    return "splitlines" in program and any(
        isinstance(node, ast.Attribute) and node.attr == "splitlines"
        for node in ast.walk(ast.parse(program))
    )


def test_how_it_is_found() -> None:
    assert calls_splitlines("a.splitlines()")
    assert not calls_splitlines('"""No splitlines here."""')


def test_no_splitlines() -> None:
    found = [name for name, path in sources().items() if calls_splitlines(path.read_text("utf-8"))]
    assert sources()
    assert found == []
