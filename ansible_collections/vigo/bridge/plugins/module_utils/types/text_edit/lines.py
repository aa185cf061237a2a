# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Splits a text into lines, and finds the region that an edit changes. Pure."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Pattern, Sequence

from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from .edit import pattern


@dataclass(frozen=True)
class Line:
    """One line. end: its line break; the last line may have none."""

    text: str
    end: str = "\n"


def lines_of(text: str) -> list[Line]:
    """Return the lines. Only a line feed ends a line, optionally after a carriage return."""
    found = []
    position = 0
    while position < len(text):
        end = text.find("\n", position)
        stop = len(text) if end < 0 else end + 1
        line = text[position:stop]
        bare = line[:-1] if end >= 0 else line
        bare = bare[:-1] if end >= 0 and bare.endswith("\r") else bare
        found.append(Line(bare, line[len(bare) :]))
        position = stop
    return found


def joined(lines: Iterable[Line]) -> str:
    return "".join(line.text + line.end for line in lines)


def with_line(lines: Sequence[Line], place: int, text: str) -> list[Line]:
    """Return the lines with a new one at a place. The line before it gets a line break."""
    before = list(lines[:place])
    if before and not before[-1].end:
        before[-1] = Line(before[-1].text)
    return [*before, Line(text), *lines[place:]]


@dataclass(frozen=True)
class Region:
    """The lines between the first that matches ``start`` and the next that matches ``end``.

    Without ``start`` from the first line on. Without ``end``, and if no line matches it, to the
    last line.
    """

    start: Pattern[str] | None = None
    end: Pattern[str] | None = None

    def within(self, lines: Sequence[Line]) -> tuple[int, int] | None:
        """Return the first line and the one after the last; None if there is no such region."""
        first = 0
        if self.start is not None:
            start = self.start
            found = (number for number, line in enumerate(lines) if start.search(line.text))
            number = next(found, None)
            if number is None:
                return None
            first = number + 1
        last = len(lines)
        if self.end is not None:
            rest = range(first, last)
            last = next((number for number in rest if self.end.search(lines[number].text)), last)
        return first, last

    def missing(self) -> ResourceError:
        """Return the error of a text without the region."""
        return ResourceError(
            f"no line matches region_start {self.start.pattern if self.start else ''!r}",
            "add the line first, or correct region_start",
        )


def region_of(attributes: Mapping[str, Any], problems: Problems) -> Region:
    return Region(
        *(
            problems.of(name, pattern, attributes.get(name), name)
            for name in ("region_start", "region_end")
        )
    )
