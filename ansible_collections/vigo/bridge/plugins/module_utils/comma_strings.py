# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comma-separated strings, as Vigo writes lists and maps.

There is no quoting. A comma splits only where what follows can start a new entry, so that
values may hold commas.
"""

from __future__ import annotations

import re
from typing import Any, Mapping

from .errors import ResourceError

_NEXT_ASSIGNMENT = re.compile(r",(?=\s*[A-Za-z_][A-Za-z0-9_.-]*=)")
_NEXT_MOUNT = re.compile(r",(?=\s*(?:[/.~]|[A-Za-z0-9][A-Za-z0-9_.-]*:/))")


def as_list(value: Any) -> list[str]:
    """A list, or a string split at every comma. Blank entries are dropped."""
    return _entries(value, lambda text: text.split(","))


def as_mounts(value: Any) -> list[str]:
    """A list, or a string split before each path or ``NAME:/``."""
    return _entries(value, _NEXT_MOUNT.split)


def as_map(value: Any, attribute: str) -> dict[str, str]:
    """A map, a list of ``NAME=VALUE``, or a string split before each ``NAME=``."""
    if isinstance(value, Mapping):
        return {str(name): text(item) for name, item in value.items()}
    pairs = {}
    for entry in _entries(value, _NEXT_ASSIGNMENT.split):
        name, equals, item = entry.partition("=")
        if not equals:
            raise ResourceError(f"{attribute}: {entry!r} is not NAME=VALUE")
        pairs[name.strip()] = item
    return pairs


def text(value: Any) -> str:
    """A scalar as the user wrote it in YAML."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _entries(value: Any, split: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        value = split(value)
    if not isinstance(value, (list, tuple)):
        value = [value]
    return [entry for entry in (text(item).strip() for item in value) if entry]
