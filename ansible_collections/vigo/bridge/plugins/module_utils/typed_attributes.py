# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes by their declared types, as Ansible does it for the arguments of a module.

What comes from a playbook as a list of resources has passed no argument spec.
"""

from __future__ import annotations

from typing import Any, Mapping

from .comma_strings import text, within
from .errors import ResourceError
from .integers import integer
from .secret_references import texts

#: Attributes that are data for somebody else, and may hold any character.
_DATA = ("content", "stdin", "secret_file")


def typed(
    attributes: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """options: an argument spec. Raises ResourceError for what has another type."""
    return {
        name: _typed(name, value, options.get(name, {}).get("type"))
        for name, value in attributes.items()
    }


def with_texts(
    arguments: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The arguments of a task, each text as ``typed`` has it.

    Ansible would turn a list or a mapping into Python's notation, and true into ``True``. options:
    an argument spec. Raises ResourceError.
    """
    return {
        name: _typed(name, value, "str") if _is_text(options.get(name, {})) else value
        for name, value in arguments.items()
    }


def _is_text(option: Mapping[str, Any]) -> bool:
    return option.get("type") == "str" and "choices" not in option


def _typed(name: str, value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if name not in _DATA and any("\0" in part for part in texts(value)):
        raise ResourceError(
            f"{name} holds a NUL character, which the system takes nowhere; take it out"
        )
    if kind == "str":
        with within(name):
            return text(value)
    if kind == "int":
        return integer(value, name)
    return value
