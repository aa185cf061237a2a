# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comma-separated strings, as Vigo writes lists and maps.

There is no quoting. A comma splits only where what follows can start a new entry, so that
values may hold commas.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Callable, Iterator, Mapping, Sequence

from .errors import ResourceError

_NEXT_ASSIGNMENT = re.compile(r",(?=\s*[A-Za-z_][A-Za-z0-9_.-]*=)")
#: What an item of a list looks like, by attribute.
_FORMS = {
    "ports": "8080:80 or 53:53/udp",
    "volumes": "/host/path:/path:ro or NAME:/path",
    "tmpfs": "/path or /path:size=64m",
    "devices": "/dev/x:/dev/x:rwm",
    "extra_hosts": "NAME:ADDRESS",
    "ulimits": "NAME=SOFT:HARD",
    **dict.fromkeys(("env", "environment", "labels", "log_opts", "sysctls"), "NAME=VALUE"),
}
_NEXT_MOUNT = re.compile(r",(?=\s*(?:[/.~]|[A-Za-z0-9][A-Za-z0-9_.-]*:/))")


class NotText(ResourceError):
    """A list, a mapping or nothing stands where one text belongs.

    place: the attribute, and where in it: keys of mappings, and numbers of items from 0 on.
    """

    def __init__(self, value: Any, place: tuple[Any, ...]) -> None:
        super().__init__(_not_text(value, place))
        self.value = value
        self.place = place


@contextlib.contextmanager
def within(attribute: str) -> Iterator[None]:
    """Add the name of the attribute to errors about its content."""
    try:
        yield
    except NotText as error:
        raise NotText(error.value, (attribute, *error.place)) from None


def as_list(value: Any) -> list[str]:
    """A list, or a string split at every comma. Blank entries are dropped."""
    return _stripped(_entries(value, lambda text: text.split(",")))


def as_mounts(value: Any) -> list[str]:
    """A list, or a string split before each path or ``NAME:/``."""
    return _stripped(_entries(value, _NEXT_MOUNT.split))


def as_map(value: Any, attribute: str) -> dict[str, str]:
    """A map, a list of ``NAME=VALUE``, or a string split before each ``NAME=``.

    Values in maps and lists stay as they are, blanks at their ends included.
    """
    if isinstance(value, Mapping):
        return {text(name): text(item, name) for name, item in value.items()}
    entries = _entries(value, _NEXT_ASSIGNMENT.split)
    pairs = {}
    for entry in _stripped(entries) if isinstance(value, str) else entries:
        name, equals, item = entry.partition("=")
        if not equals and entry.strip():
            raise ResourceError(f"{attribute}: {entry!r} is not NAME=VALUE")
        if equals:
            pairs[name.strip()] = item
    return pairs


def words(value: Sequence[Any]) -> tuple[str, ...]:
    """The words of a command. None of them may be missing: it would become an empty one."""
    for place, item in enumerate(value):
        if item is None:
            raise NotText(item, (place,))
    return tuple(text(item, place) for place, item in enumerate(value))


def text(value: Any, *place: Any) -> str:
    """A scalar as the user wrote it in YAML. Raises NotText. place: where in an attribute."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple, set, Mapping)):
        raise NotText(value, place)
    return str(value)


def _entries(value: Any, split: Callable[[str], Sequence[str]]) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        value = split(value)
    if not isinstance(value, (list, tuple)):
        return [text(value)]
    return [text(item, place) for place, item in enumerate(value)]


def _stripped(entries: Sequence[str]) -> list[str]:
    return [entry for entry in (entry.strip() for entry in entries) if entry]


def _not_text(value: Any, place: tuple[Any, ...]) -> str:
    where = [f"item {part + 1}" if isinstance(part, int) else str(part) for part in place]
    if value is None:
        return ": ".join([*where, 'expected a string, not null; write "" for an empty one'])
    kind = "mapping" if isinstance(value, Mapping) else "list"
    form = _FORMS.get(str(place[0]), "") if place and isinstance(place[-1], int) else ""
    advice = f"write {form}" if form else "write it as one text, in quotes"
    return ": ".join([*where, f"expected a string, not a {kind}; {advice}"])
