# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses numbers of hosts: sizes of batches, and the failure budget. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import Advised

#: The default number of hosts in parallel.
FORKS = 25
_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)


class BadSize(Advised):
    """A text is not a number of hosts."""


@dataclass(frozen=True)
class Size:
    """A number of hosts, or a percentage of the selected ones."""

    number: int
    percent: bool = False

    def of(self, total: int) -> int:
        """Return the number of hosts out of `total`, rounded down."""
        return total * self.number // 100 if self.percent else self.number

    def __str__(self) -> str:
        return f"{self.number}%" if self.percent else str(self.number)


NONE = Size(0)


def parse_batch_sizes(text: str) -> tuple[Size, ...]:
    """Return the sizes of `5`, `25%`, or a list such as `1,10%,50%`. Raise BadSize."""
    sizes = tuple(_size(part, text) for part in text.split(","))
    if any(size.number == 0 for size in sizes):
        raise BadSize(
            f"{text}: a batch must have at least one host", "write a number such as 5, or 25%"
        )
    return sizes


def parse_budget(text: str) -> Size:
    """Return the size of `2` or `10%`. Raise BadSize."""
    return _size(text, text)


def parse_batch_numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of batches of `1` or a list such as `1,3`. Raise BadSize."""
    parts = [part.strip() for part in text.split(",")]
    for part in parts:
        if not _NUMBER.fullmatch(part) or not int(part):
            raise BadSize(
                f"{text}: {part or 'nothing'!r} is not the number of a batch",
                "write an integer from 1, such as 1 or 1,3",
            )
    return tuple(map(int, parts))


def _size(part: str, text: str) -> Size:
    digits, percent = part.strip(), part.strip().endswith("%")
    digits = digits.removesuffix("%")
    if not _NUMBER.fullmatch(digits):
        raise BadSize(
            f"{text}: {part.strip() or 'nothing'!r} is not a number of hosts",
            "write an integer such as 5, or a percentage such as 25%",
        )
    number = int(digits)
    if percent and number > 100:
        raise BadSize(f"{text}: {part.strip()} is more than 100%", "write at most 100%")
    return Size(number, percent)
