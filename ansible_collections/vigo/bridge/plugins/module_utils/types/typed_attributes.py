# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts attributes to their declared types, as Ansible does for the arguments of a module.

The resources in a playbook's list have not been checked by an argument spec.
"""

from __future__ import annotations

from typing import Any, Container, Mapping

from ..common.comma_strings import text
from ..common.errors import ResourceError, within
from ..common.integers import integer
from ..secrets.references import texts


def typed(
    attributes: Mapping[str, Any],
    options: Mapping[str, Mapping[str, Any]],
    data: Container[str] = (),
) -> dict[str, Any]:
    """Return the attributes converted to their types.

    options: an argument spec. data: the names of those that may contain any character. Raise
    ResourceError for a value of another type.
    """
    return {
        name: _typed(name, value, options.get(name, {}).get("type"), name in data)
        for name, value in attributes.items()
    }


def with_texts(
    arguments: Mapping[str, Any],
    options: Mapping[str, Mapping[str, Any]],
    data: Container[str] = (),
) -> dict[str, Any]:
    """Return the arguments of a task, each text as ``typed`` has it.

    Ansible would turn a list or a mapping into Python's notation, and true into ``True``. options:
    an argument spec. data: as in ``typed``. Raise ResourceError.
    """
    return {
        name: _typed(name, value, "str", name in data) if _is_text(options.get(name, {})) else value
        for name, value in arguments.items()
    }


def refuse_nul(name: str, value: Any) -> None:
    """Raise ResourceError if a text of an attribute contains a NUL character."""
    if any("\0" in part for part in texts(value)):
        raise ResourceError(f"{name} contains a NUL character, which is not allowed", "remove it")


def _is_text(option: Mapping[str, Any]) -> bool:
    return option.get("type") == "str" and "choices" not in option


def _typed(name: str, value: Any, kind: Any, is_data: bool) -> Any:
    if value is None:
        return None
    with within(name):
        if not is_data:
            refuse_nul(name, value)
        if kind == "str":
            return text(value)
        if kind == "int":
            return integer(value, name)
    return value
