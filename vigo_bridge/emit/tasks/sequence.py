# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds an order of roles, tasks and handlers with the same effect as the graph.

A resource is a task. If an earlier resource triggers it, the task uses the registered result of
that one. If a later resource triggers it, or if it acts only when triggered, it is a handler.
Handlers run in the order in which they are defined, which is the graph's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.vigo.bridge.plugins.module_utils.common.topological_order import (
    topological_order,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.cycles import cycles
from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import Graph, build
from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import Crate, Node
from ansible_collections.vigo.bridge.plugins.module_utils.language.conditions import when
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import RERUN
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.emit.tasks.refusal import CannotExpress, Refusal
from vigo_bridge.resolve.plan import Group, PlannedCrate, PlannedResource

#: Guards that a triggered command ignores.


@dataclass(frozen=True)
class Step:
    """When one resource acts, and its triggers (by resource ID).

    is_task: whether it has a task. sources: resources that trigger it by a change before its task.
    is_handler: whether it may be triggered after its task. task_notifies, handler_notifies:
    resources whose handlers are notified. is_registered: whether others, or its own handler, use
    the result of its task. reacts: whether a trigger makes a difference.
    """

    resource: PlannedResource
    is_task: bool
    sources: tuple[str, ...]
    is_handler: bool
    task_notifies: tuple[str, ...]
    handler_notifies: tuple[str, ...]
    is_registered: bool
    reacts: bool


@dataclass(frozen=True)
class CrateSteps:
    """One crate and its resources in the order of the graph."""

    crate: PlannedCrate
    steps: tuple[Step, ...]


def sequence(group: Group) -> tuple[CrateSteps, ...]:
    """Return the crates of a group that have resources, in order. Raise CannotExpress."""
    graph = build([_node(resource) for resource in _resources(group)], _crates(group))
    timing = _Timing(graph, _resources(group))
    refusals = [Refusal(group, reason) for reason in timing.lost_triggers()]
    try:
        names = _crate_order(graph, timing)
    except _Interleaved as problem:
        refusals += [Refusal(group, reason) for reason in problem.args]
    if refusals:
        raise CannotExpress(refusals)
    resources = {resource.id: resource for resource in _resources(group)}
    crates = {crate.name: crate for crate in group.crates}
    return tuple(
        CrateSteps(
            crates[name],
            tuple(timing.step(resources[one]) for one in graph.order if _crate(one) == name),
        )
        for name in names
    )


class _Timing:
    """Finds which triggers come before a resource's task, and which after it."""

    def __init__(self, graph: Graph, resources: Sequence[PlannedResource]) -> None:
        self._graph = graph
        self._reacting = {resource.id for resource in resources if _reacts(resource)}
        self._commands = {
            resource.id for resource in resources if TYPES[resource.type].on_trigger == RERUN
        }
        self._place = {resource: number for number, resource in enumerate(graph.order)}
        self._late = self._handlers()

    def step(self, resource: PlannedResource) -> Step:
        is_task = resource.id not in self._graph.gated
        triggered = self._graph.triggers.get(resource.id, ())
        return Step(
            resource,
            is_task,
            tuple(source for source, target in self.early() if target == resource.id),
            resource.id in self._late,
            tuple(target for target in triggered if is_task and self._is_late(resource.id, target)),
            tuple(triggered) if resource.id in self._late else (),
            resource.id in self._asked(),
            _reacts(resource),
        )

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield every source with every target of it, in the order of the graph."""
        for source in self._graph.order:
            for target in self._graph.triggers.get(source, ()):
                yield source, target

    def early(self) -> Iterator[tuple[str, str]]:
        """Yield the pairs in which the target's task comes after the source."""
        for source, target in self.pairs():
            if source not in self._graph.gated and not self._is_late(source, target):
                yield source, target

    def ordered(self) -> Iterator[tuple[str, str]]:
        """Yield the pairs whose order makes a difference, the first one first."""
        for source, target in self.pairs():
            if source in self._late:
                yield source, target
            elif target not in self._graph.gated:
                first, second = sorted((source, target), key=self._place.__getitem__)
                yield first, second

    def _asked(self) -> frozenset[str]:
        """Return the resources whose results later ones need."""
        late = self._late - self._graph.gated - self._commands
        sources = {source for source, target in self.early() if target in self._reacting}
        return (late & self._reacting) | sources

    def lost_triggers(self) -> Iterator[str]:
        """Yield a message for each trigger to an earlier handler, which Ansible cannot deliver."""
        for source, target in self.pairs():
            if source in self._late and self._place[source] > self._place[target]:
                yield (
                    f"{source} may run at the end and trigger {target}, which ran before; bundle"
                    " style keeps the trigger for the next run, but handlers cannot"
                )

    def _is_late(self, source: str, target: str) -> bool:
        return target in self._graph.gated or self._place[source] > self._place[target]

    def _handlers(self) -> frozenset[str]:
        late = set(self._graph.gated)
        late |= {
            target
            for source, target in self.pairs()
            if source not in self._graph.gated and self._is_late(source, target)
        }
        waiting = list(late)
        while waiting:
            for target in self._graph.triggers.get(waiting.pop(), ()):
                if target not in late:
                    late.add(target)
                    waiting.append(target)
        return frozenset(late)


def _reacts(resource: PlannedResource) -> bool:
    return TYPES[resource.type].reacts_to_trigger(resource.attributes)


class _Interleaved(Exception):
    """args: the reasons."""


def _crate_order(graph: Graph, timing: _Timing) -> list[str]:
    """Return crates in order: each after all that must precede it, otherwise in the order of their
    first resources.
    """
    names = list(dict.fromkeys(map(_crate, graph.order)))
    why: dict[tuple[str, str], str] = {}
    for after, needed in graph.needs.items():
        for before in needed:
            why.setdefault((_crate(before), _crate(after)), f"{before} before {after}")
    for before, after in timing.ordered():
        why.setdefault((_crate(before), _crate(after)), f"{before} before {after}, by a trigger")
    needs = {name: [before for before, after in why if after == name != before] for name in names}
    if found := cycles(names, needs):
        raise _Interleaved(*(_interleaving(cycle, why) for cycle in found))
    return topological_order(names, (pair for pair in why if pair[0] != pair[1]))


def _interleaving(cycle: tuple[str, ...], why: Mapping[tuple[str, str], str]) -> str:
    steps = [
        why[before, after] for after, before in zip(cycle, [*cycle[1:], cycle[0]], strict=True)
    ]
    return (
        f"resources of the crates {' and '.join(cycle)} are interleaved ({'; '.join(steps)}), but a"
        " role runs as a whole; use bundle style, or move the resources into one crate"
    )


def _resources(group: Group) -> list[PlannedResource]:
    return [resource for crate in group.crates for resource in crate.resources]


def _crates(group: Group) -> list[Crate]:
    return [Crate(crate.name, crate.depends_on) for crate in group.crates]


def _node(resource: PlannedResource) -> Node:
    return Node(
        resource.id,
        resource.depends_on,
        resource.before,
        resource.notify,
        resource.subscribes,
        gated=bool(resource.when and when.parse(resource.when).gated),
        links=resource.links,
        reverts=resource.reverts,
    )


def _crate(resource_id: str) -> str:
    return resource_id.partition("/")[0]
