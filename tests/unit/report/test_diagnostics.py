# SPDX-License-Identifier: GPL-3.0-or-later
"""How findings look to people and to programs."""

from __future__ import annotations

from pathlib import Path

from vigo_bridge.language.diagnostics import Diagnostic
from vigo_bridge.language.position import Position
from vigo_bridge.report.diagnostics import as_json, as_text


def finding(line: int, column: int, suggestion: str = "") -> Diagnostic:
    position = Position("a.vgo", line, column)
    return Diagnostic("error", "it is wrong", position, "VB104", suggestion)


def test_the_line_and_a_caret(tmp_path: Path) -> None:
    (tmp_path / "a.vgo").write_text("name: web\nvars:\n  a: b\n")
    assert as_text(finding(3, 6, "do it right"), tmp_path).split("\n") == [
        f"{tmp_path}/a.vgo:3:6: error: it is wrong",
        "  |   a: b",
        "  |      ^",
        "  do it right",
    ]


def test_a_long_line_is_shown_around_the_caret(tmp_path: Path) -> None:
    (tmp_path / "a.vgo").write_text("x" * 500 + "Y" + "z" * 500)
    _, line, caret = as_text(finding(1, 501), tmp_path).split("\n")
    assert line[caret.index("^")] == "Y"
    assert len(line) < 130


def test_control_characters_are_not_sent_to_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a.vgo").write_text("\x1b[31m\tname\r\n")
    assert "\x1b" not in as_text(finding(1, 7), tmp_path)


def test_a_line_that_is_not_there(tmp_path: Path) -> None:
    assert as_text(finding(3, 6), tmp_path) == f"{tmp_path}/a.vgo:3:6: error: it is wrong"


def test_a_finding_without_a_place(tmp_path: Path) -> None:
    whole = Diagnostic("warning", "nothing is there", None, "VB111")
    assert as_text(whole, tmp_path) == "warning: nothing is there"
    assert as_json([whole, finding(1, 2, "do it right")]) == [
        {
            "severity": "warning",
            "code": "VB111",
            "message": "nothing is there",
            "file": None,
            "line": None,
            "column": None,
            "suggestion": None,
        },
        {
            "severity": "error",
            "code": "VB104",
            "message": "it is wrong",
            "file": "a.vgo",
            "line": 1,
            "column": 2,
            "suggestion": "do it right",
        },
    ]
