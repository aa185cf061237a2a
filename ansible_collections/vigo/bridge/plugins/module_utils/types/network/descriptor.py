# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of Docker, or of Podman by its Docker API."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, ResourceType, object_of
from ..on_engine.docker_names import network_advice

if TYPE_CHECKING:
    from ..on_engine.objects import Wanted
    from .behaviour import Network


def _behaviour() -> Network:
    from .behaviour import Network

    return Network()


def _parse(attributes: Mapping[str, Any]) -> Wanted:
    from .spec import parse

    return parse(attributes)


TYPE = ResourceType(
    name="network",
    key="network",
    attributes=lambda: (
        Attribute("network", "str", required=True, plain=True, aliases=("name", "network_name")),
        Attribute("state", "str", default="present", choices=("present", "absent")),
        Attribute("external", "bool"),
        Attribute("driver", "str"),
        Attribute("options", aliases=("driver_options",)),
        Attribute("labels"),
        Attribute("ipam", deep=True),
        Attribute("internal", "bool"),
        Attribute("attachable", "bool"),
        Attribute("enable_ipv6", "bool"),
        Attribute("docker_host", "str"),
    ),
    behaviour=_behaviour,
    parse=_parse,
    module="vigo.bridge.network",
    advice=network_advice,
    unique_by=("network", "docker_host"),
    needs_engine=True,
    linked_by=("network", "docker_host"),
    provides=partial(object_of, "network"),
)
