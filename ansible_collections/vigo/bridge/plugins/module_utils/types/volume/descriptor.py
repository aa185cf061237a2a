# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A volume of Docker, or of Podman by its Docker API."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import Attribute, ResourceType, object_of
from ..on_engine.docker_names import volume_advice

if TYPE_CHECKING:
    from ..on_engine.objects import Wanted
    from .behaviour import Volume


def _behaviour() -> Volume:
    from .behaviour import Volume

    return Volume()


def _parse(attributes: Mapping[str, Any]) -> Wanted:
    from .spec import parse

    return parse(attributes)


TYPE = ResourceType(
    name="volume",
    key="volume",
    attributes=lambda: (
        Attribute("volume", "str", required=True, plain=True, aliases=("name", "volume_name")),
        Attribute("state", "str", default="present", choices=("present", "absent")),
        Attribute("external", "bool"),
        Attribute("driver", "str"),
        Attribute("options", aliases=("driver_options",), secrets=True),
        Attribute("labels"),
        Attribute("docker_host", "str"),
    ),
    behaviour=_behaviour,
    parse=_parse,
    module="vigo.bridge.volume",
    advice=volume_advice,
    inverse={},  # Data is removed only where a stack says so: `state: absent`.
    unique_by=("volume", "docker_host"),
    needs_engine=True,
    leaves_orphans=True,
    linked_by=("volume", "docker_host"),
    provides=partial(object_of, "volume"),
)
