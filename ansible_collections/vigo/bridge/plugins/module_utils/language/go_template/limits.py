# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits for templates, so that a malicious or faulty one ends with an error."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence

from .errors import SIMPLER, Fault
from .values import text_of_bytes, utf8

MAX_NESTING = 50
"""Blocks and parentheses inside one another."""

MAX_DEPTH = 100
"""Blocks, parentheses and template calls inside one another while rendering."""

MAX_STEPS = 1_000_000
"""How many steps one rendering may take: actions, texts, iterations of a range, calls, and visited
parts of values. A step takes some microseconds.
"""

CHARACTERS_PER_STEP = 64
"""How many characters of a text, or elements that are only copied, count as one step."""

MAX_TEXT = 64 * 1024 * 1024
"""Characters of a rendered text, and of every text that a function makes."""


class Sink:
    """Gathers pieces of text; raises ``Fault`` when they become too large."""

    def __init__(self) -> None:
        self._pieces: List[str] = []
        self._size = 0

    def write(self, text: str) -> None:
        self._size += len(text)
        if self._size > MAX_TEXT:
            raise too_large()
        self._pieces.append(text)

    def text(self) -> str:
        """Return everything written. Single bytes that together form a character are joined."""
        text = "".join(self._pieces)
        if text.isascii():
            return text
        return text_of_bytes(utf8(text))


def too_large() -> Fault:
    return Fault(f"the text exceeds {MAX_TEXT // (1024 * 1024)} MiB", SIMPLER)


def require_modest(size: int) -> None:
    """Raise ``Fault`` when a text of ``size`` characters would be too large."""
    if size > MAX_TEXT:
        raise too_large()


_SIZED = (str, list, tuple, dict)


class Steps:
    """The steps that one rendering has taken."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, steps: int) -> None:
        """Count further steps. Raise ``Fault`` when there are too many."""
        self._taken += steps
        if self._taken > MAX_STEPS:
            raise Fault(f"the template takes more than {MAX_STEPS} steps", SIMPLER)


def steps_to_touch(values: Sequence[Any]) -> int:
    """Return the number of steps for work that at most compares or copies texts, or elements of
    lists and maps.
    """
    steps = 0
    for value in values:
        if isinstance(value, _SIZED):
            steps += len(value) // CHARACTERS_PER_STEP
    return steps


def steps_to_walk(values: Sequence[Any]) -> int:
    """Return the number of steps for work on every part of the values, nested ones included.

    More than ``MAX_STEPS`` are not counted, so a value may contain itself.
    """
    steps = 0
    waiting: List[Any] = list(values)
    while waiting and steps <= MAX_STEPS:
        value = waiting.pop()
        if isinstance(value, str):
            steps += len(value) // CHARACTERS_PER_STEP
        elif isinstance(value, (list, tuple)):
            steps += 2 * len(value) + 1
            waiting.extend(value)
        elif isinstance(value, Mapping):
            steps += 4 * len(value) + 1
            waiting.extend(value)
            waiting.extend(value.values())
    return steps
