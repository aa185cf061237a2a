# SPDX-License-Identifier: GPL-3.0-or-later
"""A message for all who log in, as a type that only a test has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..descriptor import Attribute, ResourceType

if TYPE_CHECKING:
    from .behaviour import Message, Motd


def _behaviour() -> Motd:
    from .behaviour import Motd

    return Motd()


def _parse(attributes: Mapping[str, Any]) -> Message:
    from .behaviour import parse

    return parse(attributes)


TYPE = ResourceType(
    name="motd",
    key="path",
    attributes=lambda: (
        Attribute("path", "str", required=True, plain=True),
        Attribute("message", "str", required=True),
    ),
    behaviour=_behaviour,
    parse=_parse,
)
