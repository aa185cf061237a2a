# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the attributes of a network or volume into its wanted state."""

from __future__ import annotations

from typing import Any, Callable, Mapping

from ...common.comma_strings import text
from ...common.errors import Problems, ResourceError
from ...common.suggest import did_you_mean
from ..descriptor import ResourceType
from . import values
from .objects import Wanted

#: Added to each resource by the stack; these are not attributes.
_ORIGIN = ("scope", "stack_id", "resource")


def read(
    kind: ResourceType,
    attributes: Mapping[str, Any],
    name: Callable[[Any], str],
    settings: Mapping[str, Callable[[Any], Any]],
) -> Wanted:
    """Return the wanted state. Raise ResourceError that lists all problems.

    name, settings: parse the key attribute and each setting.
    """
    given, problems = values.given(attributes), Problems()
    for attribute in given:
        problems.of(attribute, _refuse_unknown, kind, attribute)
    found = {
        attribute: problems.of(attribute, parse, given[attribute])
        for attribute, parse in settings.items()
        if attribute in given
    }
    called = problems.of(kind.key, name, given.get(kind.key))
    state = problems.of("state", values.state, given.get("state"))
    is_external = problems.of("external", values.external, given.get("external"))
    if is_external:
        problems.of("external", _refuse_others, found, state)
    problems.refuse()
    return Wanted(
        kind.name,
        called,
        {attribute: value for attribute, value in found.items() if values.is_set(value)},
        state,
        is_external,
        text(given.get("docker_host")).strip(),
        **{origin: text(given.get(origin)) for origin in _ORIGIN},
    )


def _refuse_others(settings: Mapping[str, Any], state: str) -> None:
    others = [*(["state: absent"] if state == "absent" else []), *settings]
    if others:
        raise ResourceError(
            f"external: conflicts with {', '.join(others)}: it is used as it is",
            "remove external, or the other attributes",
        )


def _refuse_unknown(kind: ResourceType, name: str) -> None:
    if name in kind.options or name in _ORIGIN:
        return
    hint = did_you_mean(name, kind.options) or f"see `ansible-doc {kind.module}`"
    raise ResourceError(f"unknown attribute {name!r}", hint)
