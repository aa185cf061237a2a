# SPDX-License-Identifier: GPL-3.0-or-later
"""Divides the hosts of a call among the nodes of a mesh. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vigo_bridge.mesh.nodes import Mesh, Node
from vigo_bridge.resolve.globs import glob_matches


@dataclass(frozen=True)
class Shard:
    """The hosts that one node gets, in their order."""

    node: Node
    hosts: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What nodes select hosts by, besides their names.

    groups: the names of all hosts in each group of the inventory. traits: of each host whose traits
    are needed, those as text, by name; a trait that is a list has several.
    """

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    traits: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)


def shards(hosts: Sequence[str], mesh: Mesh, facts: Facts) -> tuple[Shard, ...]:
    """Return the hosts of each node that gets some, in the order of the nodes.

    A host belongs to the nodes that select it, or if there are none, to those that select nothing.
    If these are several, it goes to the one that has the fewest hosts so far. All hosts must have a
    node, see `homeless`.
    """
    given: dict[str, list[str]] = {node.name: [] for node in mesh.nodes}
    for host in hosts:
        name = min(_candidates(host, mesh, facts), key=lambda name: len(given[name]))
        given[name].append(host)
    return tuple(Shard(node, tuple(given[node.name])) for node in mesh.nodes if given[node.name])


def homeless(hosts: Sequence[str], mesh: Mesh, facts: Facts) -> tuple[str, ...]:
    """Return the hosts that no node gets."""
    return tuple(host for host in hosts if not any(_candidates(host, mesh, facts)))


def unknown_groups(mesh: Mesh, facts: Facts) -> Iterator[tuple[Node, str]]:
    """Yield each group that a node selects but the inventory does not have."""
    for node in mesh.nodes:
        for group in node.groups:
            if group not in facts.groups:
                yield node, group


def _candidates(host: str, mesh: Mesh, facts: Facts) -> list[str]:
    selecting = [node.name for node in mesh.nodes if _is_selected(host, node, facts)]
    return selecting or [node.name for node in mesh.nodes if not node.selects]


def _is_selected(host: str, node: Node, facts: Facts) -> bool:
    return (
        any(glob_matches(glob, host) for glob in node.hosts)
        or any(host in facts.groups.get(group, ()) for group in node.groups)
        or (bool(node.traits) and _has_traits(host, node, facts))
    )


def _has_traits(host: str, node: Node, facts: Facts) -> bool:
    traits = facts.traits.get(host, {})
    return all(
        any(glob_matches(value, text) for text in traits.get(name, ()))
        for name, value in node.traits
    )
