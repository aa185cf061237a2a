# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of all messages is up to date, so that a review shows each message that changes."""

from __future__ import annotations

from difflib import unified_diff

import pytest

from tests.messages import LIST, message_list, texts
from tests.syntax import nodes_of


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('fail("no such host")', ["no such host"]),
        ('fail(f"{name} is not a {kind}; see " + help)', ["{} is not a {}; see "]),
        ('fail("line one\\nline two")', ["line one\\nline two"]),
        ('name = "word"; path = "a/b"', []),
        ('def f():\n    """Return a value."""', []),
        ('@click.command()\ndef f():\n    """Show a value."""', ["Show a value."]),
        ('DOCUMENTATION = "short text here"', []),
        ('picture = f"<rect class={name} x={x} here/>"', []),
    ],
)
def test_texts(source: str, shown: list[str]) -> None:
    assert list(texts(nodes_of(source))) == shown


def test_the_list_is_up_to_date() -> None:
    written, current = LIST.read_text(encoding="utf-8"), message_list()
    changes = "\n".join(
        line
        for line in unified_diff(written.splitlines(), current.splitlines(), n=0, lineterm="")
        if not line.startswith(("---", "+++", "@@"))
    )
    assert written == current, f"run `make messages` and commit {LIST.name}:\n{changes}"
