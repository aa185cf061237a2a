# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The containers that the resources of a run name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable

from ...common.errors import ResourceError
from ..target import Target
from .engine import Engine
from .spec import ContainerSpec


@dataclass
class Named:
    """What the containers of this run were: filled as each has its turn.

    names: container name by resource id. engines: by address. owners: resource id by address
    and container name.
    """

    names: dict[str, str] = field(default_factory=dict)
    networks: set[str] = field(default_factory=set)
    engines: dict[str, Engine] = field(default_factory=dict)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, spec: ContainerSpec, engine: Engine, networks: Iterable[str]) -> None:
        """Note the container of a resource.

        Raise ResourceError where another resource of this run has it.
        """
        owner = self.owners.setdefault((engine.host, spec.name), spec.resource)
        if owner != spec.resource:
            raise ResourceError(
                f"resource {owner} also manages container {spec.name}, and both apply to this host;"
                " rename one, or make sure with 'when' that only one applies"
            )
        self.engines[engine.host] = engine
        self.networks.update(networks)
        if spec.is_wanted:
            self.names[spec.resource] = spec.name


def named(target: Target) -> Named:
    """Return the record of this call."""
    return target.service("containers that were named", Named)
