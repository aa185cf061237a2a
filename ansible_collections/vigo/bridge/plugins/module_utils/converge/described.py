# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call describes for this host: its resources in order, and how they are rendered."""

from __future__ import annotations

from typing import Any, Mapping

from ..common.dataclass import dataclass
from ..common.errors import ResourceError
from ..host.facts import Facts
from ..types.target import Target
from . import graph as graphs
from .graph import Graph, GraphError
from .input import Resource, parse_crates, parse_resources
from .links import linked_nodes
from .rendering import Rendering
from .run import check_options, traits_named
from .selection import select


@dataclass(frozen=True)
class Described:
    """resources: all, by ID. selected: the IDs that `only` selects, in the order of the graph."""

    resources: Mapping[str, Resource]
    selected: tuple[str, ...]
    graph: Graph
    rendering: Rendering

    def before(self, resource_id: str) -> frozenset[str]:
        """Return the IDs of all that a resource needs, directly or not."""
        found: set[str] = set()
        pending = [resource_id]
        while pending:
            for needed in self.graph.needs.get(pending.pop(), ()):
                if needed not in found:
                    found.add(needed)
                    pending.append(needed)
        return frozenset(found)


def described(arguments: Mapping[str, Any], target: Target) -> Described:
    """Return what the arguments of a call describe. Raise ResourceError."""
    entries = arguments.get("crates") or {}
    resources = parse_resources(arguments.get("resources") or [], entries)
    crates = parse_crates(entries)
    check_options(arguments)
    facts = Facts(traits_named(resources, crates.values()), secrets=target.secrets)
    rendering = Rendering(crates, arguments.get("vars") or {}, facts)
    try:
        graph = graphs.build(
            linked_nodes(resources, rendering), [entry.crate for entry in crates.values()]
        )
    except GraphError as error:
        raise ResourceError("\n".join(map(str, error.problems))) from error
    applied = select(arguments.get("only") or (), graph).applied
    selected = tuple(each for each in graph.order if each in applied)
    return Described({each.id: each for each in resources}, selected, graph, rendering)
