# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts what a rendering does, up to a limit."""

from __future__ import annotations

from typing import Any, List, Mapping, Sequence

from .errors import SIMPLER, Fault
from .limits import CHARACTERS_PER_STEP, MAX_STEPS

_SIZED = (str, list, tuple, dict)


class Steps:
    """The steps that one rendering has taken."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, steps: int) -> None:
        """Counts further steps; raises ``Fault`` when they become too many."""
        self._taken += steps
        if self._taken > MAX_STEPS:
            raise Fault(f"the template takes more than {MAX_STEPS} steps", SIMPLER)


def steps_to_touch(values: Sequence[Any]) -> int:
    """For work that at most compares or copies texts, or the elements of lists and maps."""
    steps = 0
    for value in values:
        if isinstance(value, _SIZED):
            steps += len(value) // CHARACTERS_PER_STEP
    return steps


def steps_to_walk(values: Sequence[Any]) -> int:
    """For work on every part of the values, nested ones included; more than ``MAX_STEPS`` are
    not counted, so a value may contain itself."""
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
