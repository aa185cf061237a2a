# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges an envoy: all its resources, in the order of their graph, with their triggers.

Main pass: every resource has its turn; one that waits for a trigger only (``when: changed``)
has none here. Closing pass: whoever is still owed a trigger is applied once more, triggered.
A failure skips what depends on it; all else goes on.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Mapping, Sequence

from . import graph as graphs
from .errors import ResourceError
from .facts import Facts
from .gotemplate.render import render_deep
from .gotemplate.template import TemplateError
from .journal import Journal
from .resource import ResourceType, Result, Turn, bring
from .resources import CrateInput, Resource
from .target import Target


class Convergence:
    """One run over an envoy. ``run`` gives the results in the order of the graph."""

    def __init__(
        self,
        resources: Sequence[Resource],
        crates: Mapping[str, CrateInput],
        variables: Mapping[str, Any],
        types: Mapping[str, ResourceType],
        target: Target,
        journal: Journal,
        facts: Facts,
        scope: str = "",
    ) -> None:
        """scope: whose resources these are. Raises graph.GraphError for wrong references."""
        self._resources = {resource.id: resource for resource in resources}
        self._crates = crates
        self._variables = variables
        self._types = types
        self._target = target
        self._journal = journal
        self._facts = facts
        self._scope = scope
        self._graph = graphs.build(
            [resource.node for resource in resources], [entry.crate for entry in crates.values()]
        )
        self._results: dict[str, Result] = {}
        #: For each resource that is held back: the id of the failure that does it.
        self._culprits: dict[str, str] = {}
        self._crate_holds: dict[str, bool] = {}

    def run(self) -> list[Result]:
        for dropped in self._journal.keep_only(self._resources):
            self._target.note(f"a trigger was owed to {dropped}, which the stack no longer has")
        for resource_id in self._graph.order:
            self._main_turn(self._resources[resource_id])
        for resource_id in self._graph.order:
            if self._journal.owes(resource_id):
                self._closing_turn(self._resources[resource_id])
        return [self._results[resource_id] for resource_id in self._graph.order]

    def _main_turn(self, resource: Resource) -> None:
        if self._held_back(resource):
            return
        if resource.node.gated:
            self._results[resource.id] = _skipped(resource, "when: nothing triggered it")
            return
        if self._condition_holds(resource):
            self._apply(resource, None)

    def _closing_turn(self, resource: Resource) -> None:
        earlier = self._results[resource.id]
        if earlier.failed or resource.id in self._culprits:
            return  # it stays owed
        if self._condition_holds(resource):
            self._apply(resource, None if resource.node.gated else earlier)

    def _held_back(self, resource: Resource) -> bool:
        """Skips a resource below a failure, and remembers the failure for those below it."""
        for needed in self._graph.needs.get(resource.id, ()):
            culprit = self._culprits.get(needed)
            if culprit is None and self._results[needed].failed:
                culprit = needed
            if culprit is not None:
                self._culprits[resource.id] = culprit
                self._results[resource.id] = _skipped(resource, f"{culprit} failed")
                return True
        return False

    def _condition_holds(self, resource: Resource) -> bool:
        """Asks ``when`` of the crate and the resource; if one says no, nothing is owed to it."""
        crate = self._crates.get(resource.node.crate)
        try:
            if crate and crate.condition and not self._crate_condition(crate):
                reason = f"when of crate {crate.crate.name} does not hold: {crate.condition.text}"
            elif resource.condition and not resource.condition.holds(self._facts):
                reason = f"when does not hold: {resource.condition.text}"
            else:
                return True
        except ResourceError as error:
            self._results[resource.id] = Result(
                resource.id,
                resource.type,
                error.status,
                error.message,
                error={"message": error.message, "log": error.log},
            )
            return False
        self._results[resource.id] = _skipped(resource, reason)
        self._journal.strike(resource.id)
        return False

    def _crate_condition(self, crate: CrateInput) -> bool:
        name = crate.crate.name
        if name not in self._crate_holds:
            condition = crate.condition
            self._crate_holds[name] = condition is None or condition.holds(self._facts)
        return self._crate_holds[name]

    def _apply(self, resource: Resource, earlier: Result | None) -> None:
        new_debts: tuple[str, ...] = ()

        def announce() -> None:
            nonlocal new_debts
            targets = self._graph.triggers.get(resource.id, ())
            new_debts = self._journal.owe(resource.id, targets)

        result = bring(
            resource.id,
            self._types[resource.type],
            self._rendered(resource),
            self._target,
            Turn(
                triggered=self._journal.owes(resource.id),
                earlier=earlier.action if earlier else None,
                uncertain=self._below_a_change(resource.id),
            ),
            announce,
        )
        if result.failed:
            self._journal.retract(resource.id, new_debts)
        else:
            self._journal.strike(resource.id)
        self._results[resource.id] = _merged(earlier, result)

    def _below_a_change(self, resource_id: str) -> bool:
        """Whether anything that comes before it by an edge has changed in this run."""
        queue, seen = [resource_id], {resource_id}
        while queue:
            for needed in self._graph.needs.get(queue.pop(), ()):
                if needed in self._results and self._results[needed].changed:
                    return True
                if needed not in seen:
                    seen.add(needed)
                    queue.append(needed)
        return False

    def _rendered(self, resource: Resource) -> Callable[[], Mapping[str, Any]]:
        def render() -> Mapping[str, Any]:
            labels = {"scope": self._scope, "resource": resource.id}
            extra = labels if self._types[resource.type].labelled else {}
            if not resource.template:
                return {**resource.attributes, **extra}
            try:
                rendered = render_deep(resource.attributes, self._namespaces(resource))
            except TemplateError as error:
                raise ResourceError(f"{error.path}: {error}") from error
            # What renders to nothing counts as not written.
            return {**{name: value for name, value in rendered.items() if value != ""}, **extra}

        return render

    def _namespaces(self, resource: Resource) -> Mapping[str, Any]:
        crate = self._crates.get(resource.node.crate)
        namespaces = {
            "Vars": {**self._variables, **(crate.vars if crate else {})},
            "Traits": self._facts.traits,
        }
        if resource.item is not None:
            namespaces["Item"] = resource.item
        return namespaces


def _skipped(resource: Resource, reason: str) -> Result:
    return Result(resource.id, resource.type, "skipped", reason)


def _merged(earlier: Result | None, later: Result) -> Result:
    """One line for a resource that was applied in both passes."""
    if earlier is None or not earlier.changed:
        return later
    duration = earlier.duration_s + later.duration_s
    if later.action == "none":
        return replace(earlier, duration_s=duration)
    reason = "; ".join(filter(None, [f"{earlier.action}: {earlier.reason}", later.reason]))
    return replace(later, reason=reason, duration_s=duration)
