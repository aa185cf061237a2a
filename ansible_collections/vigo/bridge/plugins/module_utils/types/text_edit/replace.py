# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces text that matches a pattern."""

from __future__ import annotations

import re
from typing import Any, Mapping, Match, Pattern

from ...common.comma_strings import text as written_text
from ...common.dataclass import dataclass
from ...common.errors import Offset, Problems, ResourceError
from ...secrets import references as secret_references
from .edit import Edit, Reveal, needed, path_of, pattern
from .lines import Region, joined, lines_of, region_of

_GROUP = re.compile(r"\$(?:\$|\{(\w+)\}|([0-9]+|[A-Za-z_]\w*))")


@dataclass(frozen=True)
class Group:
    """A group of the match. key: its number or name."""

    key: int | str


@dataclass(frozen=True)
class Replace(Edit):
    """parts: of the replacement, texts with their references to secrets. count: 0 for all."""

    pattern: Pattern[str]
    parts: tuple[str | Group, ...]
    count: int
    region: Region

    def edited(self, text: str | None, reveal: Reveal) -> str | None:
        if text is None:
            raise ResourceError(
                f"{self.path} does not exist", "create it first, or correct target_path"
            )
        lines = lines_of(text)
        region = self.region.within(lines)
        if region is None:
            return text
        first, last = region
        inside = self.pattern.sub(
            lambda match: self._replacement(match, reveal), joined(lines[first:last]), self.count
        )
        return joined(lines[:first]) + inside + joined(lines[last:])

    def _replacement(self, match: Match[str], reveal: Reveal) -> str:
        return "".join(
            (match[part.key] or "") if isinstance(part, Group) else reveal(part)
            for part in self.parts
        )

    @property
    def holds_secrets(self) -> bool:
        texts = (part for part in self.parts if isinstance(part, str))
        return any(secret_references.find(text) for text in texts)


def parse(attributes: Mapping[str, Any]) -> Replace:
    """Return the spec. Raise ResourceError for invalid attributes."""
    problems = Problems()
    found = problems.of("match_pattern", _pattern, attributes)
    parts = ()
    if found is not None:
        replacement = written_text(attributes.get("replacement"))
        parts = problems.of("replacement", _parts, replacement, found)
    edit = Replace(
        path=path_of(attributes, problems),
        is_absent=False,
        pattern=found,
        parts=parts,
        count=problems.of("occurrences", _count, attributes.get("occurrences") or "all"),
        region=region_of(attributes, problems),
    )
    problems.refuse()
    return edit


def _pattern(attributes: Mapping[str, Any]) -> Pattern[str] | None:
    return pattern(needed(attributes, "match_pattern"), "match_pattern", flags=re.MULTILINE)


def _count(occurrences: str) -> int:
    if occurrences not in ("all", "first"):
        raise ResourceError(f"occurrences: {occurrences!r} is neither all nor first")
    return 1 if occurrences == "first" else 0


def _parts(replacement: str, found: Pattern[str]) -> tuple[str | Group, ...]:
    """Split a replacement at its groups: ``$1``, ``${1}``, ``${name}``; ``$$`` is a dollar."""
    parts: list[str | Group] = []
    place = 0
    for match in _GROUP.finditer(replacement):
        parts.append(replacement[place : match.start()])
        place = match.end()
        name = match[1] or match[2]
        if name is None:
            parts.append("$")
            continue
        key = int(name) if name.isdecimal() else name
        if not (key <= found.groups if isinstance(key, int) else key in found.groupindex):
            raise ResourceError(
                f"replacement: match_pattern has no group {name!r}",
                "write $$ for a dollar sign, or correct the group",
                place=(Offset(match.start()),),
            )
        parts.append(Group(key))
    return tuple(part for part in (*parts, replacement[place:]) if part != "")
