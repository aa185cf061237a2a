# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records the objects that the resources of a run name."""

from __future__ import annotations

from typing import Iterable

from ...common.dataclass import dataclass, field
from ...common.errors import ResourceError
from ..target import Target
from .engine import Engine
from .spec import ContainerSpec


@dataclass
class Named:
    """The containers of this run, filled as each has its turn.

    names: container name by resource id. networks: the names of those that are wanted. described:
    the name of each network and volume by the resource that describes it. engines: by address.
    owners: resource id by kind, address and name. serving: by resource ID, the containers that have
        to keep running.
    """

    names: dict[str, str] = field(default_factory=dict)
    networks: set[str] = field(default_factory=set)
    engines: dict[str, Engine] = field(default_factory=dict)
    owners: dict[tuple[str, str, str], str] = field(default_factory=dict)
    described: dict[str, str] = field(default_factory=dict)
    serving: dict[str, tuple[Engine, ContainerSpec]] = field(default_factory=dict)

    def add(self, spec: ContainerSpec, engine: Engine, networks: Iterable[str]) -> None:
        """Record the container of a resource. Raise ResourceError if another resource has it."""
        self.take("container", spec.name, engine, spec.resource)
        self.networks.update(networks)
        if spec.is_wanted:
            self.names[spec.resource] = spec.name
        if spec.state == "running" and spec.expect == "running":
            self.serving[spec.resource] = (engine, spec)

    def take(self, kind: str, name: str, engine: Engine, resource: str) -> None:
        """Record the object of a resource. Raise ResourceError if another resource has it."""
        owner = self.owners.setdefault((kind, engine.host, name), resource)
        if owner != resource:
            raise ResourceError(
                f"resource {owner} also manages {kind} {name}, and both apply to this host;"
                " rename one, or make sure with 'when' that only one applies"
            )
        self.engines[engine.host] = engine


def named(target: Target) -> Named:
    """Return the record of this call."""
    return target.service("containers that were named", Named)
