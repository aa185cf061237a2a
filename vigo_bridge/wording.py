# SPDX-License-Identifier: GPL-3.0-or-later
"""How messages of all rooms word the same thing."""

from __future__ import annotations

from collections.abc import Sequence

_FEW = 5


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts, as in `1 task` and `2 tasks`."""
    return f"{number} {noun}{'s' * (number != 1)}"


def some(names: Sequence[str]) -> str:
    """Names for a message, of many only the first."""
    shown = ", ".join(names[:_FEW])
    more = len(names) - _FEW
    return f"{shown} and {counted(more, 'other')}" if more > 0 else shown
