# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the attributes of a volume into canonical values. Pure."""

from __future__ import annotations

from typing import Any, Mapping

from ...common.errors import ResourceError
from ..container.values.mounts import is_anonymous_name
from ..on_engine import reading, values
from ..on_engine.objects import Wanted
from .descriptor import TYPE


def parse(attributes: Mapping[str, Any]) -> Wanted:
    """Return the spec of attributes from a playbook or a stack. Raise ResourceError."""
    return reading.read(TYPE, attributes, _name, values.SHARED)


def _name(value: Any) -> str:
    name = values.name(value, "volume")
    if is_anonymous_name(name):
        raise ResourceError(
            "volume: 64 hexadecimal digits are reserved for anonymous volumes",
            "choose another name",
        )
    return name
