# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows in columns, and values in one line."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from vigo_bridge.report.columns import print_rows, shown

#: value -> how it is shown
SHOWN: dict[str, tuple[Any, str]] = {
    "text": ("v1.10.1", "v1.10.1"),
    "text that looks like a number": ("6379", '"6379"'),
    "number": (6379, "6379"),
    "text that looks like nothing": ("", '""'),
    "text that looks like a truth value": ("true", '"true"'),
    "text like a list": ("[a]", '"[a]"'),
    "spaces around": (" a ", '" a "'),
    "two lines": ("a\nb", '"a\\nb"'),
    "umlauts": ("grün", "grün"),
    "a list": (["a", 1, None], '["a", 1, null]'),
}


@pytest.mark.parametrize(("value", "expected"), SHOWN.values(), ids=SHOWN)
def test_shown(value: Any, expected: str) -> None:
    assert shown(value) == expected


def printed(rows: list[tuple[str, ...]]) -> list[str]:
    out = io.StringIO()
    print_rows(Console(file=out, width=20), "Rows", rows)
    return out.getvalue().split("\n")


def test_lines_are_not_wrapped_and_one_wide_cell_does_not_push_the_others() -> None:
    wide = "w" * 100
    assert printed([("a", wide, "x"), ("bb", "c", "y")]) == [
        "",
        "Rows",
        f"  a   {wide}  x",
        "  bb  c  y",
        "",
    ]


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert printed([("\x1b[31m\na",)])[2] == "  \\x1b[31m a"


def test_nothing_without_rows() -> None:
    assert printed([]) == [""]
