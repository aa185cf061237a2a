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
from .foresight import Foresight
from .gotemplate.render import render_deep
from .gotemplate.template import TemplateError
from .journal import Journal
from .prediction import Prediction, open_result
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
        self._crate_holds: dict[str, bool | None] = {}
        #: In check mode only; a real run asks the machine itself.
        self._prediction = Prediction(self._graph, self._results) if target.check_mode else None

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
        self._results[resource.id] = self._refused(resource) or self._applied(resource, None)

    def _closing_turn(self, resource: Resource) -> None:
        earlier = self._results[resource.id]
        if earlier.failed or resource.id in self._culprits:
            return  # it stays owed
        if self._held_back(resource, earlier):
            return
        if resource.node.gated:
            earlier = None
        later = self._refused(resource) or self._applied(resource, earlier)
        self._results[resource.id] = _merged(earlier, later)

    def _held_back(self, resource: Resource, earlier: Result | None = None) -> bool:
        """Skips a resource below a failure, and remembers the failure for those below it.

        What it has changed earlier in this run stays its result.
        """
        for needed in self._graph.needs.get(resource.id, ()):
            culprit = self._culprits.get(needed)
            if culprit is None and self._results[needed].failed:
                culprit = needed
            if culprit is not None:
                self._culprits[resource.id] = culprit
                skipped = _skipped(resource, f"{culprit} failed")
                self._results[resource.id] = _merged(earlier, skipped)
                return True
        return False

    def _refused(self, resource: Resource) -> Result | None:
        """What becomes of a resource whose ``when`` does not let it act; None where it does.

        If ``when`` says no, nothing is owed to the resource any more.
        """
        try:
            holds, condition = self._asked(resource)
        except ResourceError as error:
            return Result(
                resource.id,
                resource.type,
                error.status,
                error.message,
                error={"message": error.message, "log": error.log},
            )
        if holds:
            return None
        if holds is None:
            self._journal.strike(resource.id)
            self._doubt(resource)
            reason = f"{condition}: it can be asked only after the changes that come before it"
            return open_result(resource.id, resource.type, reason)
        self._journal.strike(resource.id)
        return _skipped(resource, condition)

    def _asked(self, resource: Resource) -> tuple[bool | None, str]:
        """Whether ``when`` of the crate and of the resource hold, and which one decided."""
        facts = self._facts.foreseen(self._foresight(resource))
        crate = self._crates.get(resource.node.crate)
        holds: bool | None = True
        decisive = ""
        if crate and crate.condition:
            name = crate.crate.name
            if name not in self._crate_holds:
                self._crate_holds[name] = crate.condition.holds(facts)
            holds = self._crate_holds[name]
            decisive = f"when of crate {name} does not hold: {crate.condition.text}"
        if holds is not False and resource.condition:
            own = resource.condition.holds(facts)
            if own is not True:
                holds, decisive = own, f"when does not hold: {resource.condition.text}"
        return holds, decisive

    def _applied(self, resource: Resource, earlier: Result | None) -> Result:
        triggered = self._journal.owes(resource.id)
        if triggered and self._prediction:
            sources = self._journal.sources(resource.id)
            if not self._prediction.is_sure(sources, resource.id):
                return self._perhaps_triggered(resource, earlier)
        new_debts: tuple[str, ...] = ()

        def announce() -> None:
            nonlocal new_debts
            new_debts = self._owe(resource)

        result = self._brought(resource, earlier, triggered, announce)
        if result.failed:
            self._journal.retract(resource.id, new_debts)
        else:
            self._journal.strike(resource.id)
        if result.action == "unknown" and self._prediction:
            self._prediction.doubt(resource.id, new_debts)
        return result

    def _perhaps_triggered(self, resource: Resource, earlier: Result | None) -> Result:
        """In check mode: a trigger may come or not. Known only if both lead to the same."""
        triggered = self._tried(resource, earlier, True)
        if earlier is None and not resource.node.gated:
            untriggered = self._tried(resource, earlier, False)
        else:
            untriggered = earlier or _skipped(resource, "when: nothing triggered it")
        self._journal.strike(resource.id)
        if triggered.action == untriggered.action and triggered.changed:
            return self._brought(resource, earlier, False, lambda: self._owe(resource))
        if not triggered.changed and not untriggered.changed:
            return untriggered
        self._doubt(resource)
        reason = "whether it is triggered can be told only after the changes that come before it"
        return open_result(resource.id, resource.type, reason)

    def _tried(self, resource: Resource, earlier: Result | None, triggered: bool) -> Result:
        """What would become of it, without a trace in what is foreseen."""
        foresight = self._foresight(resource)
        trial = replace(foresight, files=foresight.files.copy())
        return self._brought(resource, earlier, triggered, lambda: None, trial)

    def _brought(
        self,
        resource: Resource,
        earlier: Result | None,
        triggered: bool,
        announce: Callable[[], object],
        foresight: Foresight | None = None,
    ) -> Result:
        foresight = foresight or self._foresight(resource)
        return bring(
            resource.id,
            self._types[resource.type],
            self._rendered(resource),
            self._target.with_foresight(foresight),
            Turn(
                triggered=triggered,
                earlier=earlier.action if earlier else None,
                uncertain=foresight.uncertain,
            ),
            announce,
        )

    def _foresight(self, resource: Resource) -> Foresight:
        return self._prediction.foresight(resource.id) if self._prediction else Foresight()

    def _owe(self, resource: Resource) -> tuple[str, ...]:
        return self._journal.owe(resource.id, self._graph.triggers.get(resource.id, ()))

    def _doubt(self, resource: Resource) -> None:
        """Its change would trigger others, but it may not change."""
        if self._prediction:
            self._prediction.doubt(resource.id, self._owe(resource))

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
    if later.action in ("none", "skipped", "unknown"):
        return replace(earlier, duration_s=duration)
    reason = "; ".join(filter(None, [f"{earlier.action}: {earlier.reason}", later.reason]))
    return replace(later, reason=reason, duration_s=duration)
