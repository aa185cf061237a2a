# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the attributes of networks and volumes."""

from __future__ import annotations

import re
from typing import Any, Callable, Mapping

from ...common.comma_strings import as_map, text
from ...common.errors import Key, ResourceError
from ..container.values import quantities
from ..container.values.process import RESERVED

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]+")


def name(value: Any, kind: str) -> str:
    """Return the name of a network or volume. Raise ResourceError."""
    written = text(value).strip()
    if not _NAME.fullmatch(written):
        raise ResourceError(
            f"{kind}: invalid {kind} name {written!r}", "write two or more letters, digits, _ . -"
        )
    return written


def labels(value: Any) -> dict[str, str]:
    """Return labels as a mapping. Raise ResourceError for reserved ones."""
    found = as_map(value, "labels")
    for key in found:
        if key.startswith(RESERVED):
            raise ResourceError(
                f"labels: {key} is reserved", "choose another name", place=(Key(key),)
            )
    return found


def options(value: Any) -> dict[str, str]:
    """Return a driver's options as a mapping."""
    return as_map(value, "options")


def state(value: Any) -> str:
    """Return ``present`` or ``absent``."""
    written = text(value).strip() or "present"
    if written not in ("present", "absent"):
        raise ResourceError(f"state: {written!r} is not present or absent")
    return written


def external(value: Any) -> bool:
    """Return whether the object is managed elsewhere."""
    return is_set(value) and quantities.switch(value, "external")


def driver(value: Any) -> str:
    """Return the name of a driver."""
    written = text(value).strip()
    if any(character.isspace() for character in written):
        raise ResourceError(f"driver: {written!r} must not contain blanks")
    return written


def is_set(value: Any) -> bool:
    """Return whether an attribute is given. An empty text, list or mapping is not."""
    return value is not None and value not in ({}, []) and str(value).strip() != ""


def given(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the attributes that are given."""
    return {key: value for key, value in attributes.items() if is_set(value)}


#: By attribute: the parsers of the settings that networks and volumes have in common.
SHARED: Mapping[str, Callable[[Any], Any]] = {
    "driver": driver,
    "options": options,
    "labels": labels,
}
