# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container of Docker, or of Podman by its Docker API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from ..descriptor import RESTART, Attribute, ProvidedObject, ResourceType
from ..on_demand import PULLED

if TYPE_CHECKING:
    from ..base import Behaviour
    from .behaviour import Container
    from .spec import ContainerSpec


def _behaviour() -> Container:
    from .behaviour import Container

    return Container()


def _parse(attributes: Mapping[str, Any]) -> ContainerSpec:
    from .spec import parse

    return parse(attributes)


def _uses(attributes: Mapping[str, Any]) -> tuple[ProvidedObject, ...]:
    from .uses import uses

    return uses(attributes)


def _attributes() -> tuple[Attribute, ...]:
    from .spec import attributes

    return attributes()


def _on_demand(what: str) -> Behaviour:
    from .power import Power
    from .pulling import Pull

    return Pull() if what == PULLED else Power(what)


def _advice(name: str, value: str = "") -> str:
    from .docker_container import advice

    return advice(name, value)


TYPE = ResourceType(
    name="container",
    key="container",
    attributes=_attributes,
    behaviour=_behaviour,
    parse=_parse,
    module="vigo.bridge.container",
    task_options={
        "state": {
            "type": "str",
            "default": "running",
            "choices": ["running", "started", "stopped", "restarted", "present", "absent"],
        },
        "pull": {
            "type": "raw",
            "default": "missing",
            "choices": ["missing", "always", "never", True, False],
        },
        "recreate": {"type": "bool", "default": False},
        "force_kill": {"type": "bool", "default": False, "aliases": ["forcekill"]},
    },
    advice=_advice,
    needed_unless_absent=("image",),
    on_trigger=RESTART,
    former_names=("docker_container",),
    former_attributes={"environment": "env", "restart_policy": "restart"},
    unique_by=("container", "docker_host"),
    ignored_case="Docker's DNS ignores it, so each name resolves to both on a common network",
    needs_engine=True,
    leaves_orphans=True,
    linked_by=("network", "networks", "network_mode", "mounts", "volumes", "docker_host"),
    uses=_uses,
    on_demand=_on_demand,
)
