# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wants of one network: attributes parsed into canonical values. Pure."""

from __future__ import annotations

from functools import partial
from typing import Any, Mapping

from ...common.errors import ResourceError
from ..container.values import quantities
from ..on_engine import reading, values
from ..on_engine.objects import Wanted
from . import ipam
from .descriptor import TYPE

#: Networks that engines have by themselves.
_BUILT_IN = frozenset({"bridge", "host", "none", "default", "podman"})


def parse(attributes: Mapping[str, Any]) -> Wanted:
    """Return the spec of attributes from a playbook or a stack. Raise ResourceError."""
    return reading.read(
        TYPE,
        attributes,
        _name,
        {
            "driver": lambda value: values.word(value, "driver"),
            "options": values.options,
            "labels": values.labels,
            "ipam": ipam.parse,
            **{name: partial(_switch, name) for name in ("internal", "attachable", "enable_ipv6")},
        },
    )


def _switch(name: str, value: Any) -> bool:
    return quantities.switch(value, name)


def _name(value: Any) -> str:
    name = values.name(value, "network")
    if name in _BUILT_IN:
        raise ResourceError(
            f"network: {name} is a built-in network of the engine", "choose another name"
        )
    return name
