# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CPUs and memory nodes that a container may use: ``0-2,5``."""

from __future__ import annotations

import re
from typing import Any

from ....common.comma_strings import as_list
from ....common.errors import ResourceError

_PART = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


def parse(value: Any, attribute: str) -> str:
    """Return the numbers in ascending order, with ranges where they follow each other."""
    numbers: set[int] = set()
    for part in as_list(value):
        match = _PART.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if first > last:
            raise ResourceError(
                f"{attribute}: {part!r} is not a number or a range", "write 0, 0-3 or 0,2-3"
            )
        numbers.update(range(first, last + 1))
    return _shown(sorted(numbers))


def read(value: Any) -> str:
    """Return what an engine reports, in the same form; as it is where it has another one."""
    try:
        return parse(value or "", "")
    except ResourceError:
        return str(value)


def _shown(numbers: list[int]) -> str:
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in ranges)
