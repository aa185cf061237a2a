# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of Ansible as resource types. The name of the type is the module's full name."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, Family, ResourceType

if TYPE_CHECKING:
    from .behaviour import AnsibleModuleBehaviour
    from .spec import ModuleSpec


def _behaviour(name: str) -> AnsibleModuleBehaviour:
    from .behaviour import AnsibleModuleBehaviour

    return AnsibleModuleBehaviour(FAMILY.of(name))


def _parse(name: str, attributes: Mapping[str, Any]) -> ModuleSpec:
    from .spec import parse

    return parse(name, attributes)


def _type(name: str) -> ResourceType:
    return ResourceType(
        name=name,
        key="",
        attributes=lambda: (
            Attribute("args", "dict", secrets=True, deep=True, data=True),
            Attribute("timeout"),
        ),
        behaviour=partial(_behaviour, name),
        parse=partial(_parse, name),
        module=name,
        modules=(name,),
        module_options="args",
    )


FAMILY = Family(
    name="ansible_module",
    label="NAMESPACE.COLLECTION.MODULE",
    pattern=re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*){2}"),
    of=_type,
)
