# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource graph of an envoy, as the target builds it, and simplified for drawings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import Graph, build
from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import (
    Crate,
    Node,
    References,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import NO_LINKS, Links
from vigo_bridge.language.model import REFERENCES, Stack
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.instances import CrateInstance, Instance
from vigo_bridge.resolve.links import links_by_id


@dataclass(frozen=True)
class Drawing:
    """A graph with few edges: edges between whole crates are drawn once.

    crates: each crate with its resources. crate_order, order: pairs of names or ids, the first
    before the second. triggers: pairs of ids. gated: ids that act only when triggered.
    """

    crates: tuple[tuple[str, tuple[str, ...]], ...]
    crate_order: tuple[tuple[str, str], ...]
    order: tuple[tuple[str, str], ...]
    triggers: tuple[tuple[str, str], ...]
    gated: frozenset[str]


def nodes_of(envoy: Envoy) -> list[Node]:
    """Return one node for each resource, in the envoy's order."""
    links = links_by_id(envoy.instances)
    return [_node(instance, links.get(instance.id, NO_LINKS)) for instance in envoy.instances]


def crates_of(envoy: Envoy, stack: Stack) -> list[Crate]:
    return [_crate(crate, stack) for crate in envoy.crates]


def _node(instance: Instance, links: Links) -> Node:
    texts = {
        attribute: tuple(reference.text for reference in instance.references[attribute])
        for attribute in REFERENCES
    }
    reverts = instance.resource.reverts
    return Node(instance.id, **texts, gated=instance.gated, links=links, reverts=reverts)


def _crate(crate: CrateInstance, stack: Stack) -> Crate:
    """Return a crate. Crates that the stack does not have are reported where names are checked."""
    names = (name.text for name in crate.included.crate.depends_on)
    return Crate(crate.name, tuple(name for name in names if name in stack.configcrates))


def draw(nodes: Sequence[Node], crates: Sequence[Crate]) -> Drawing:
    """Return the drawing of a graph without wrong references. Raise GraphError."""
    graph = build(nodes, crates)
    references = References(nodes, crates)
    crate_order = tuple(
        (first, crate.name)
        for crate in references.crates.values()
        for first in references.crates_before(crate)
        if references.members.get(first) and references.members.get(crate.name)
    )
    return Drawing(
        tuple((name, tuple(ids)) for name, ids in references.members.items() if ids),
        crate_order,
        tuple(_order(graph, references, frozenset(crate_order))),
        tuple((source, target) for source, ids in graph.triggers.items() for target in ids),
        graph.gated,
    )


def _order(
    graph: Graph, references: References, crate_order: frozenset[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """Yield the edges that resources define themselves, and others that the order of crates does
    not imply.
    """
    for after in graph.order:
        own = references.nodes[after]
        for before in graph.needs.get(after, ()):
            other = references.nodes[before]
            if (
                (other.crate, own.crate) not in crate_order
                or before in references.resolve_all(own, "depends_on")
                or after in references.resolve_all(other, "before")
            ):
                yield before, after
