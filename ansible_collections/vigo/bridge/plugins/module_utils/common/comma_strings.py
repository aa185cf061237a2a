# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comma-separated strings, as Vigo writes lists and maps.

Quotes have no special meaning. A comma is a separator only before the possible beginning of an
entry, so that values can contain commas.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Iterator, List, Mapping, Pattern, Sequence, Tuple, TypeVar

from .errors import Offset, ResourceError, within

Parsed = TypeVar("Parsed")

#: What separates the entries of a text.
COMMA = re.compile(",")
NEXT_MOUNT = re.compile(r",(?=\s*(?:[/.~]|[A-Za-z0-9][A-Za-z0-9_.-]*:/))")
_NEXT_ASSIGNMENT = re.compile(r",(?=\s*[A-Za-z_][A-Za-z0-9_.-]*=)")
#: What to do if the value of a field, as in ``device=0,1``, contains commas.
QUOTE_FIELDS = 'write a field that contains commas as "NAME=VALUE", with quotes around it'
#: By attribute, the form of an item of a list.
_FORMS = {
    "ports": "8080:80 or 53:53/udp",
    "volumes": "/host/path:/path:ro or NAME:/path",
    "tmpfs": "/path or /path:size=64m",
    "devices": "/dev/x:/dev/x:rwm",
    "extra_hosts": "NAME:ADDRESS",
    "ulimits": "NAME=SOFT:HARD",
    **dict.fromkeys(("env", "environment", "labels", "log_opts", "sysctls"), "NAME=VALUE"),
}


class NotText(ResourceError):
    """A value is a list, a mapping or null instead of a string. The message names its position."""

    def __init__(self, value: Any, place: tuple[Any, ...]) -> None:
        super().__init__(*_not_text(value, place), place=place)
        self._value = value

    def move_into(self, place: tuple[Any, ...]) -> None:
        super().move_into(place)
        self.say(*_not_text(self._value, self.place))


def as_list(value: Any) -> list[str]:
    """Return a list, or a string split at every comma. Blank entries are dropped."""
    return each(value, str)


def each(
    value: Any, parse: Callable[[str], Parsed], separator: Pattern[str] = COMMA
) -> list[Parsed]:
    """Return what ``parse`` makes of each entry of a list or a string; its errors name the entry.

    Blank entries are dropped, and blanks around the others.
    """
    found: List[Parsed] = []
    for place, entry in _entries(value, separator):
        stripped = entry.strip()
        if not stripped:
            continue
        if place and isinstance(place[0], Offset):
            place = (Offset(place[0] + entry.index(stripped[0])),)
        with within(*place):
            found.append(parse(stripped))
    return found


def as_map(value: Any, attribute: str) -> dict[str, str]:
    """Return a map, a list of ``NAME=VALUE``, or a string split before each ``NAME=``.

    Values in maps and lists stay as they are, blanks at their ends included.
    """
    if isinstance(value, Mapping):
        return {text(name): text(item, name) for name, item in value.items()}
    pairs = {}
    for place, entry in _entries(value, _NEXT_ASSIGNMENT):
        name, equals, item = (entry.strip() if isinstance(value, str) else entry).partition("=")
        if not equals and name.strip():
            raise ResourceError(f"{attribute}: {name!r} is not NAME=VALUE", place=place)
        if equals:
            pairs[name.strip()] = item
    return pairs


def words(value: Sequence[Any]) -> tuple[str, ...]:
    """Return the words of a command. Raise NotText for null, which would become an empty word."""
    for place, item in enumerate(value):
        if item is None:
            raise NotText(item, (place,))
    return tuple(text(item, place) for place, item in enumerate(value))


def text(value: Any, *place: Any) -> str:
    """Return a scalar as the user wrote it in YAML. Raise NotText. place: where in an attribute."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, set, Mapping)):
        raise NotText(value, place)
    return str(value)


def _entries(value: Any, separator: Pattern[str]) -> Iterator[Tuple[Tuple[Any, ...], str]]:
    """Yield the position of each entry, and its text."""
    if isinstance(value, str):
        start = 0
        for found in separator.finditer(value):
            yield (Offset(start),), value[start : found.start()]
            start = found.end()
        yield (Offset(start),), value[start:]
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            yield (number,), text(item, number)
    elif value is not None:
        yield (), text(value)


def _not_text(value: Any, place: tuple[Any, ...]) -> tuple[str, str]:
    """Return the problem, and advice."""
    where = [f"item {part + 1}" if isinstance(part, int) else str(part) for part in place]
    if value is None:
        return ": ".join([*where, "expected a string, not null"]), 'use "" for an empty value'
    kind = "mapping" if isinstance(value, Mapping) else "list"
    form = _FORMS.get(str(place[0]), "") if place and isinstance(place[-1], int) else ""
    advice = f"write {form}" if form else "write it as one quoted string"
    return ": ".join([*where, f"expected a string, not a {kind}"]), advice
