# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules of cron. Pure."""

from __future__ import annotations

import re

from ...common.dataclass import dataclass
from ...common.errors import Offset, ResourceError
from ...common.suggest import did_you_mean_or_one_of

_NAMED = (
    "@reboot",
    "@yearly",
    "@annually",
    "@monthly",
    "@weekly",
    "@daily",
    "@midnight",
    "@hourly",
)
_PART = re.compile(
    r"(?:\*|([0-9]{1,4}|[A-Za-z]{3})(?:-([0-9]{1,4}|[A-Za-z]{3}))?)(?:/([0-9]{1,4}))?"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


@dataclass(frozen=True)
class Field:
    """One of the five fields. names: the names of its values, beginning with the lowest."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day", 1, 31),
    Field("month", 1, 12, tuple(_MONTHS)),
    Field("weekday", 0, 7, tuple(_DAYS)),
)


def schedule(written: str) -> str:
    """Return five fields with single blanks, or a name such as @daily. Raise ResourceError."""
    words = written.split()
    if len(words) == 1 and words[0].startswith("@"):
        if words[0] not in _NAMED:
            raise ResourceError(
                f"schedule: unknown schedule {words[0]!r}",
                did_you_mean_or_one_of(words[0], _NAMED),
            )
        return words[0]
    if len(words) != len(FIELDS):
        raise ResourceError(
            f"schedule: {written!r} has {len(words)} fields, not {len(FIELDS)}",
            "write minute, hour, day, month and weekday, such as 30 2 * * *, or @daily",
        )
    place = 0
    for one, word in zip(FIELDS, words):
        place = written.index(word, place)
        try:
            field(one, word)
        except ResourceError as error:
            raise ResourceError(
                f"schedule: {error.problem}", error.advice, place=(Offset(place),)
            ) from None
        place += len(word)
    return " ".join(words)


def field(one: Field, written: str) -> str:
    """Return a valid field as it is written. Raise ResourceError."""
    for part in written.split(","):
        match = _PART.fullmatch(part)
        problem = "" if match else "it is not a number, a range or *"
        if match:
            first, last = (_number(one, word) for word in match.groups()[:2])
            step = match[3]
            if first < 0 or last < 0:
                problem = f"expected {one.least} to {one.most}"
            elif match[2] and last < first:
                problem = "the range ends before it begins"
            elif step is not None and int(step) == 0:
                problem = "a step must not be 0"
            elif step is not None and match[1] and not match[2]:
                problem = "a step is allowed only after * or a range"
        if problem:
            raise ResourceError(f"{one.name}: invalid value {part!r}: {problem}")
    return written


def _number(one: Field, word: str | None) -> int:
    """Return a value; ``least`` if it is empty, and -1 if it is invalid."""
    if word is None:
        return one.least
    if not word.isdecimal():
        names = one.names
        return one.least + names.index(word.lower()) if word.lower() in names else -1
    return int(word) if one.least <= int(word) <= one.most else -1
