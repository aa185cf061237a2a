# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the attributes of a network into canonical values. Pure."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, Mapping

from ...common.errors import ResourceError
from ..container.values import quantities
from ..on_engine import reading, values
from ..on_engine.objects import Wanted
from . import ipam
from .descriptor import TYPE

#: Networks that exist on every engine.
_BUILT_IN = frozenset({"bridge", "host", "none", "default", "podman"})


def parse(attributes: Mapping[str, Any]) -> Wanted:
    """Return the spec of attributes from a playbook or a stack. Raise ResourceError."""
    switches: dict[str, Callable[[Any], Any]] = {
        name: partial(quantities.switch, attribute=name)
        for name in ("internal", "attachable", "enable_ipv6")
    }
    settings = {**values.SHARED, "ipam": ipam.parse, **switches}
    return reading.read(TYPE, attributes, _name, settings)


def _name(value: Any) -> str:
    name = values.name(value, "network")
    if name in _BUILT_IN:
        raise ResourceError(
            f"network: {name} is a built-in network of the engine", "choose another name"
        )
    return name
