# SPDX-License-Identifier: GPL-3.0-or-later
"""Warnings about resources that are valid but probably not intended."""

from __future__ import annotations

import re

from ansible_collections.vigo.bridge.plugins.module_utils.common.comma_strings import as_map
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.language.conditions import (
    when as conditions,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.attributes import is_unset
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Configcrate, Resource
from vigo_bridge.language.values import Scalar, Value

_ASSIGNMENTS = ("env", "environment", "labels")
_LAST_GREP = re.compile(r"\|\s*(grep\s+(?P<options>(?:-\S+\s+)*)[^|;&]*)$")


def advise(crate: Configcrate, diagnostics: Diagnostics) -> None:
    for resource in crate.resources:
        if TYPES[resource.type].guards and not resource.reverts:
            _advise_guard(resource, diagnostics)
        for name in _ASSIGNMENTS:
            _advise_commas(name, resource.attributes.get(name), diagnostics)


def _advise_guard(resource: Resource, diagnostics: Diagnostics) -> None:
    unless = resource.attributes.get("unless")
    if isinstance(unless, Scalar) and (grep := _inverted_grep(unless.text)):
        diagnostics.warning(
            "VB503",
            unless.position_of(grep.start(1)),
            f"'unless' with {grep[1]!r} is true if any line does NOT match: the command is"
            " skipped when something is wrong, and runs when everything is fine",
            "invert the check, for example with 'onlyif', or compare with the desired state",
        )
    if not _is_guarded(resource) and not _is_gated(resource):
        diagnostics.warning(
            "VB502",
            resource.position,
            f"{resource.type} has no guard, so it runs each time: it is not idempotent",
            "add 'unless', 'onlyif', 'creates' or 'removes', or 'when: changed'",
        )


def _inverted_grep(command: str) -> re.Match[str] | None:
    """Return the match of a pipeline that ends in `grep` both quiet and inverted."""
    grep = _LAST_GREP.search(command.rstrip())
    if grep is None:
        return None
    words = grep["options"].split()
    short = "".join(word[1:] for word in words if not word.startswith("--"))
    is_quiet = "q" in short or "--quiet" in words or "--silent" in words
    is_inverted = "v" in short or "--invert-match" in words
    return grep if is_quiet and is_inverted else None


def _is_guarded(resource: Resource) -> bool:
    guards = TYPES[resource.type].guards
    return any(not is_unset(resource.attributes.get(guard)) for guard in guards)


def _is_gated(resource: Resource) -> bool:
    try:
        return resource.when is not None and conditions.parse(resource.when.text).gated
    except conditions.ConditionError:
        return False


def _advise_commas(name: str, value: Value | None, diagnostics: Diagnostics) -> None:
    """Report commas that may be intended as separators, but are kept in the value."""
    if not isinstance(value, Scalar) or "{{" in value.text:
        return
    try:
        assignments = as_map(value.text, name)
    except ResourceError:
        return
    for key, item in assignments.items():
        if "," in item.rstrip(","):
            diagnostics.note(
                "VB504",
                value.position,
                f"{name}: the comma in {key}={item} belongs to the value",
                "to be explicit, write a mapping",
            )
