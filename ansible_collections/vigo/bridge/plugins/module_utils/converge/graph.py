# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of an envoy's resources: their order and triggers.

Pure: the translator builds it to check a stack, the target builds it to converge.
"""

from __future__ import annotations

from typing import Iterable, Mapping, Sequence

from ..common.dataclass import dataclass
from ..common.topological_order import topological_order
from ..types.descriptor import ProvidedObject
from .cycles import cycles
from .references import Crate, Node, Problem, References


@dataclass(frozen=True)
class Edge:
    """``before`` is applied before ``after``. ``why`` is the reason as text, such as
    ``depends_on``.
    """

    before: str
    after: str
    why: str


@dataclass(frozen=True)
class Graph:
    """order: all resource ids, each after all that it needs.

    needs: for each id the ids whose failure makes it skip, in graph order.
    triggers: for each source id the ids that its change triggers, in graph order.
    gated: the ids that act only when triggered.
    """

    order: tuple[str, ...]
    needs: Mapping[str, tuple[str, ...]]
    triggers: Mapping[str, tuple[str, ...]]
    gated: frozenset[str]


class GraphError(Exception):
    """The references do not form a valid graph. ``problems`` has all errors."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


def build(nodes: Sequence[Node], crates: Sequence[Crate] = ()) -> Graph:
    """Return the graph of these resources; both sequences in order of inclusion, then of writing.

    Crates that only ids mention need no ``Crate``. Raise GraphError with every unknown, ambiguous
    or useless reference, or else with one cycle of each group of resources in cycles.
    """
    references = References(nodes, crates)
    written = (*_crate_edges(references), *_resource_edges(references))
    edges = _unique([*_undone_last(written, references), *_implied_edges(references)])
    triggers = _triggers(references)
    if references.problems:
        raise GraphError(references.problems)
    ids = [node.id for node in nodes]
    order = topological_order(_turns(nodes), ((edge.before, edge.after) for edge in edges))
    if len(order) < len(ids):
        raise GraphError(_cycle_problems(ids, edges))
    place = {resource: number for number, resource in enumerate(order)}
    return Graph(
        tuple(order),
        _grouped(((edge.after, edge.before) for edge in edges), place),
        _grouped(triggers, place),
        frozenset(node.id for node in nodes if node.gated),
    )


def _turns(nodes: Sequence[Node]) -> list[str]:
    """Return the IDs in the order to use where edges allow several.

    It is that of writing. Resources that are undone have the same positions, in reverse.
    """
    undone = [node.id for node in nodes if node.reverts]
    return [undone.pop() if node.reverts else node.id for node in nodes]


def _crate_edges(references: References) -> Iterable[Edge]:
    """Return edges that place all of a crate's resources after all of those that it depends on."""
    for crate in references.crates.values():
        for first in references.crates_before(crate):
            for before in references.members.get(first, ()):
                for after in references.members.get(crate.name, ()):
                    yield Edge(before, after, f"crate {crate.name} depends on {first}")


def _resource_edges(references: References) -> Iterable[Edge]:
    for node in references.nodes.values():
        for before in references.resolve_all(node, "depends_on"):
            yield Edge(before, node.id, "depends_on")
        for after in references.resolve_all(node, "before"):
            yield Edge(node.id, after, "before")
    for source, target in _triggers(references):
        inside = references.nodes[source].crate == references.nodes[target].crate
        if inside and not references.nodes[target].gated:
            yield Edge(source, target, "notify or subscribes")


def _undone_last(edges: Iterable[Edge], references: References) -> Iterable[Edge]:
    """Return the edges, reversed for what is undone: it comes after all that need it.

    If the edges have no cycle, the reversed ones have none: nothing else comes after what is
    undone.
    """
    for edge in edges:
        if references.nodes[edge.before].reverts:
            yield Edge(edge.after, edge.before, f"{edge.why}, reversed to undo it")
        else:
            yield edge


def _implied_edges(references: References) -> Iterable[Edge]:
    """Yield edges from what is provided to its users; a user that is removed comes first.

    What is undone comes after its users, as in `_undone_last`.
    """
    providers: dict[ProvidedObject, list[Node]] = {}
    for node in references.nodes.values():
        for thing in node.links.provides:
            providers.setdefault(thing, []).append(node)
    for user in references.nodes.values():
        for thing in user.links.uses if providers else ():
            for provider in providers.get(thing, ()):
                what = f"{thing.kind} {thing.name}"
                if user.links.is_absent:
                    if provider.links.is_absent or not user.reverts:
                        why = f"{user.id} uses {what} and is removed first"
                        yield Edge(user.id, provider.id, why)
                elif provider.reverts:
                    yield Edge(user.id, provider.id, f"{user.id} uses {what} and is undone first")
                elif not provider.links.is_absent:
                    yield Edge(provider.id, user.id, f"uses {what}")


def _triggers(references: References) -> list[tuple[str, str]]:
    pairs = []
    for node in references.nodes.values():
        pairs += [(node.id, target) for target in references.resolve_targets(node)]
        pairs += [(source, node.id) for source in references.resolve_all(node, "subscribes")]
    return [(source, target) for source, target in dict.fromkeys(pairs) if source != target]


def _unique(edges: Iterable[Edge]) -> list[Edge]:
    first: dict[tuple[str, str], Edge] = {}
    for edge in edges:
        first.setdefault((edge.before, edge.after), edge)
    return list(first.values())


def _cycle_problems(ids: Sequence[str], edges: Sequence[Edge]) -> list[Problem]:
    """Return a problem for each group of resources that wait for one another."""
    needs: dict[str, list[str]] = {}
    for edge in edges:
        needs.setdefault(edge.after, []).append(edge.before)
    why = {(edge.after, edge.before): edge.why for edge in edges}
    return [_cycle_problem(cycle, why) for cycle in cycles(ids, needs)]


def _cycle_problem(cycle: Sequence[str], why: Mapping[tuple[str, str], str]) -> Problem:
    first = cycle[0]
    steps = map(
        lambda after, before: f" needs {before} ({why[after, before]})", cycle, [*cycle[1:], first]
    )
    story = ", which".join(steps)
    message = f"these resources wait for each other: {first}{story}"
    return Problem(message, first, "depends_on", suggestion="remove one of these")


def _grouped(
    pairs: Iterable[tuple[str, str]], place: Mapping[str, int]
) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, set[str]] = {}
    for key, value in pairs:
        groups.setdefault(key, set()).add(value)
    return {key: tuple(sorted(values, key=place.__getitem__)) for key, values in groups.items()}
