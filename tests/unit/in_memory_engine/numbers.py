# SPDX-License-Identifier: GPL-3.0-or-later
"""Consecutive numbers, as `itertools.count` has them; since Python 3.14 that cannot be pickled."""

from __future__ import annotations


class Numbers:
    """first: the number that is next. A copy goes on from the same number."""

    def __init__(self, first: int = 0) -> None:
        self._next = first

    def __next__(self) -> int:
        self._next += 1
        return self._next - 1
