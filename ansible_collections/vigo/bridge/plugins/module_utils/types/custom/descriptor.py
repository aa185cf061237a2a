# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A resource that a program of the stack manages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, ResourceType, StackFile

if TYPE_CHECKING:
    from .behaviour import Custom
    from .spec import CustomSpec


def _behaviour() -> Custom:
    from .behaviour import Custom

    return Custom()


def _parse(attributes: Mapping[str, Any]) -> CustomSpec:
    from .spec import parse

    return parse(attributes)


def _check(content: bytes) -> None:
    from .program import check

    check(content)


TYPE = ResourceType(
    name="custom",
    key="executor",
    attributes=lambda: (
        Attribute("executor", "str", required=True),
        Attribute("executor_base64", "str"),
        Attribute("params", "dict", secrets=True, deep=True, data=True),
        Attribute("timeout"),
    ),
    behaviour=_behaviour,
    parse=_parse,
    stack_file=StackFile("executor", "executors/", data="executor_base64", check=_check),
    named_by="executor",
    collects="params",
)
