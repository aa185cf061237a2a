# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and lists in messages."""

from __future__ import annotations

import pytest

from vigo_bridge.wording import counted, some


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks"), (1000, "1000 tasks")]
)
def test_counted(number: int, shown: str) -> None:
    assert counted(number, "task") == shown


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ("a", "a"),
        ("abcde", "a, b, c, d, e"),
        ("abcdef", "a, b, c, d, e and 1 other"),
        ("abcdefg", "a, b, c, d, e and 2 others"),
    ],
)
def test_some(names: str, shown: str) -> None:
    assert some(list(names)) == shown
