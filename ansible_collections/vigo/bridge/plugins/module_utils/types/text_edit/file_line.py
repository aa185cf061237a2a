# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line in a file, or the lines that match a pattern."""

from __future__ import annotations

from typing import Any, Mapping, Pattern, Sequence

from ...common.comma_strings import text as written_text
from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from ...common.time_limit import matching_limit
from ...secrets import references as secret_references
from .edit import Edit, Reveal, is_absent, needed, one_line, path_of, pattern
from .lines import Line, Region, joined, lines_of, region_of, with_line


@dataclass(frozen=True)
class Position:
    """Where a new line goes in the region: ``begin``, ``end``, ``after`` or ``before`` a pattern.

    That is after the last matching line or before the first; at the end if no line matches.
    """

    where: str
    pattern: Pattern[str] | None = None

    def among(self, lines: Sequence[Line]) -> int:
        if self.where == "begin":
            return 0
        if self.pattern is not None:
            found = [n for n, line in enumerate(lines) if self.pattern.search(line.text)]
            if found:
                return found[-1] + 1 if self.where == "after" else found[0]
        return len(lines)


@dataclass(frozen=True)
class FileLine(Edit):
    """line: with its references to secrets; empty if only the pattern selects what to remove."""

    line: str
    pattern: Pattern[str] | None
    position: Position
    region: Region

    def edited(self, text: str | None, reveal: Reveal) -> str | None:
        line = one_line(reveal(self.line), "line")
        lines = lines_of(text or "")
        region = self.region.within(lines)
        if region is None or (text is None and self.is_absent):
            if self.is_absent:
                return text
            raise self.region.missing()
        first, last = region
        inside = lines[first:last]
        if self.is_absent:
            kept = [one for one in inside if not self._is_meant(one, line)]
            return joined([*lines[:first], *kept, *lines[last:]])
        if any(self._matches(one) for one in inside):
            inside = [Line(line, one.end) if self._matches(one) else one for one in inside]
            return joined([*lines[:first], *inside, *lines[last:]])
        if any(one.text == line for one in inside):
            return text
        return joined(with_line(lines, first + self.position.among(inside), line))

    def _matches(self, line: Line) -> bool:
        return self.pattern is not None and self.pattern.search(line.text) is not None

    def _is_meant(self, line: Line, text: str) -> bool:
        return self._matches(line) or (bool(self.line) and line.text == text)

    @property
    def holds_secrets(self) -> bool:
        return bool(secret_references.find(self.line))


def parse(attributes: Mapping[str, Any]) -> FileLine:
    """Return the spec. Raise ResourceError for invalid attributes."""
    problems = Problems()
    absent = is_absent(attributes, problems)
    edit = FileLine(
        path=path_of(attributes, problems),
        is_absent=absent,
        line=problems.of("line", _line, attributes, absent) or "",
        pattern=problems.of(
            "match_pattern", pattern, attributes.get("match_pattern"), "match_pattern"
        ),
        position=problems.of("position", _position, attributes.get("position") or "end"),
        region=region_of(attributes, problems),
    )
    if not absent:
        problems.of("region_end", _refuse_end, edit)
    problems.refuse()
    return edit


def _line(attributes: Mapping[str, Any], absent: bool) -> str:
    if absent and attributes.get("match_pattern"):
        return one_line(written_text(attributes.get("line")), "line")
    return one_line(needed(attributes, "line"), "line")


def _position(value: Any) -> Position:
    where, colon, expression = written_text(value).partition(":")
    if not colon and where in ("begin", "end"):
        return Position(where)
    if where in ("after", "before") and expression:
        return Position(where, pattern(expression, "position", len(where) + 1))
    raise ResourceError(
        f"position: invalid position {value!r}: expected begin, end, after:PATTERN or"
        " before:PATTERN"
    )


def _refuse_end(edit: FileLine) -> None:
    if not edit.line or edit.region.end is None:
        return
    with matching_limit("region_end"):
        matches = edit.region.end.search(edit.line)
    if matches:
        raise ResourceError(
            f"region_end matches the line itself ({edit.region.end.pattern!r}), so each run would"
            " add it again",
            "use a region_end that the line does not match",
        )
