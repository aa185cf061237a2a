# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of the module that a type maps to. Pure."""

from __future__ import annotations

from typing import Any, Mapping

from ...common.errors import ResourceError, within
from ...common.switches import is_on
from ..ansible_module.spec import ModuleSpec, refuse_disaster
from ..descriptor import TIME_LIMIT
from .row import Row


def parse(row: Row, attributes: Mapping[str, Any]) -> ModuleSpec:
    """Return the module and its options. Raise ResourceError for invalid attributes."""
    whole = row.with_defaults(attributes)
    _check_given(row, whole)
    row.check(whole)
    use = row.use(whole)
    args = use.arguments(whole)
    refuse_disaster(use.module, args, use.takes)
    return ModuleSpec(use.module, args, TIME_LIMIT, tuple(row.parts(whole)))


def as_task(row: Row, attributes: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """Return the module and its options for a task; None if only the target can determine them.

    attributes: those of the resource; values may be expressions of Jinja2.
    """
    ours = {*row.own, *(one.name for one in row.attributes if one.secrets)}
    whole = row.with_defaults(attributes)
    deciding = [whole[name] for name in row.deciding if name in whole]
    if ours & set(whole) or any("{{" in str(value) for value in deciding):
        return None
    use = row.use(whole)
    return use.module, use.arguments(whole)


def _check_given(row: Row, attributes: Mapping[str, Any]) -> None:
    for one in row.attributes:
        value = attributes.get(one.name)
        if one.choices and value is not None and value not in one.choices:
            raise ResourceError(
                f"{one.name} must be {' or '.join(one.choices)}, not {value!r}", place=(one.name,)
            )
        if isinstance(one.default, bool):
            with within(one.name):
                is_on(value, one.name)
        is_needed = one.required or (
            one.name in row.needed_unless_absent and attributes.get("state") != "absent"
        )
        if is_needed and value is None:
            raise ResourceError(
                f"{one.name} is missing or empty", f"add {one.name}", place=(one.name,)
            )
