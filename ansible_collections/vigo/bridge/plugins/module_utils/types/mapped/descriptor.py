# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The descriptors of resource types that map to modules of Ansible."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import ResourceType
from .row import Row
from .rows import ROWS

if TYPE_CHECKING:
    from ..ansible_module.behaviour import AnsibleModuleBehaviour
    from ..ansible_module.spec import ModuleSpec


def _behaviour(row: Row) -> AnsibleModuleBehaviour:
    from ..ansible_module.behaviour import AnsibleModuleBehaviour

    return AnsibleModuleBehaviour(_BY_NAME[row.name])


def _parse(row: Row, attributes: Mapping[str, Any]) -> ModuleSpec:
    from .spec import parse

    return parse(row, attributes)


def _as_task(row: Row, attributes: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    from .spec import as_task

    return as_task(row, attributes)


def _type(row: Row) -> ResourceType:
    return ResourceType(
        name=row.name,
        key=row.key,
        attributes=lambda: row.attributes,
        behaviour=partial(_behaviour, row),
        parse=partial(_parse, row),
        modules=row.modules,
        as_task=partial(_as_task, row),
        needed_unless_absent=row.needed_unless_absent,
    )


TYPES = tuple(_type(row) for row in ROWS)
_BY_NAME = {kind.name: kind for kind in TYPES}
