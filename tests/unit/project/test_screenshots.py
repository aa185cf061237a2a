# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of terminals, and the pictures that the documentation shows."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.screenshots import PICTURES, ROOT, as_svg, final_lines, terminal

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"
UP, ERASE, HIDE = "\x1b[1A", "\x1b[2K", "\x1b[?25l"


@pytest.mark.parametrize(
    ("output", "lines"),
    [
        ("one\r\ntwo\r\n", ["one", "two", ""]),
        (f"{BOLD}one{PLAIN}\n", [f"{BOLD}one{PLAIN}", ""]),
        (f"{HIDE}bar 1%\r{ERASE}bar 2%\r{ERASE}done\n", ["done", ""]),
        (f"one\nbar\n{UP}{ERASE}two\nbar\n{UP}{ERASE}", ["one", "two", "", ""]),
        (f"a\nb\nc\x1b[2A{ERASE}new", ["new", "b", "c"]),
        (f"{UP}one", ["one"]),
        ("", [""]),
    ],
)
def test_the_lines_at_the_end(output: str, lines: list[str]) -> None:
    assert final_lines(output) == lines


def test_a_picture_of_a_terminal(tmp_path: Path) -> None:
    output = terminal("env printf \\033[31m<red>\\033[0m\\n\\033[2K&\\n", tmp_path)
    drawn = ET.fromstring(as_svg(output, "test"))
    texts = "".join("".join(drawn.itertext()).split())
    assert "<red>&" in texts
    assert "font-face" not in texts
    assert as_svg(output, "test") == as_svg(output, "test")


@pytest.mark.parametrize("picture", sorted(path.name for path in PICTURES.iterdir()))
def test_every_picture_is_shown(picture: str) -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = re.compile(rf"!\[.+\]\((docs/)?(\.\./)*pictures/{re.escape(picture)}\)")
    assert any(shown.search(page.read_text(encoding="utf-8")) for page in pages)
