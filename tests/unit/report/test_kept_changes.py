# SPDX-License-Identifier: GPL-3.0-or-later
"""How the difference between two rollouts of a stack is shown."""

from __future__ import annotations

import io

import pytest

from vigo_bridge.report.kept_changes import KeptChange, change_as_data, print_changes
from vigo_bridge.report.screen import Screen

#: before, after -> the lines for people, the diff for scripts
CHANGES: dict[str, tuple[bytes | None, bytes | None, list[str], str | None]] = {
    "a line": (
        b"a\nb\n",
        b"a\nc\n",
        ["changed  f", "  @@ -1,2 +1,2 @@", "   a", "  -b", "  +c"],
        "@@ -1,2 +1,2 @@\n a\n-b\n+c\n",
    ),
    "a new file": (None, b"a\n", ["added    f", "  @@ -0,0 +1 @@", "  +a"], "@@ -0,0 +1 @@\n+a\n"),
    "a removed file": (
        b"a",
        None,
        ["removed  f", "  @@ -1 +0,0 @@", "  -a"],
        "@@ -1 +0,0 @@\n-a\n",
    ),
    "a new empty file": (None, b"", ["added    f"], ""),
    "bytes": (b"\xff", b"\xff\xff", ["changed  f  not text, 1 byte -> 2 bytes"], None),
    "text that has become bytes": (
        b"a",
        b"a\0" * 1024,
        ["changed  f  not text, 1 byte -> 2.0 KiB"],
        None,
    ),
    "what would control a terminal": (
        b"",
        b"\x1b[2J\xe2\x80\xae\n",
        ["changed  f", "  @@ -0,0 +1 @@", r"  +\x1b[2J\u202e"],
        "@@ -0,0 +1 @@\n+\x1b[2J\u202e\n",
    ),
}


@pytest.mark.parametrize(("before", "after", "lines", "diff"), CHANGES.values(), ids=CHANGES)
def test_changes(
    before: bytes | None, after: bytes | None, lines: list[str], diff: str | None
) -> None:
    change = KeptChange("f", before, after)
    stream = io.StringIO()
    print_changes([change], Screen(file=stream, width=200))
    assert stream.getvalue().splitlines() == lines
    assert change_as_data(change)["diff"] == diff


def test_names_are_one_line() -> None:
    stream = io.StringIO()
    print_changes([KeptChange("a\nb\x1b", b"1", b"2")], Screen(file=stream, width=200))
    assert stream.getvalue().splitlines()[0] == r"changed  a\nb\x1b"
