# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges an envoy: all its resources, in the order of their graph, with their triggers.

Main pass: each resource is applied in turn, except those that only wait for a trigger (``when:
changed``). Closing pass: each resource with a pending trigger is applied once more, as triggered.
If a resource fails, those that depend on it are skipped; all others continue.

A resource can be pending. The run waits for it when its result is needed: when a resource that is
connected to it by a dependency or a trigger is applied, and at the end of each pass. So each result
is the same as if the run had waited immediately.
"""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterable, Mapping, Sequence

from ..common.dataclass import dataclass, field, replace
from ..common.errors import ResourceError
from ..delivery.pull_turns import APPLY, ASK, DONE, LATER, PULL, STEP
from ..host.facts import Facts
from ..host.overlay import Overlay
from ..state.journal import Journal
from ..state.ownership import Stack
from ..state.reverts import Reverts
from ..types.base import Behaviour
from ..types.result import Result, as_failed
from ..types.target import Target
from . import graph as graphs
from .applier import Applier
from .conditions import Conditions
from .forecast import NOT_TRIGGERED, Forecast
from .input import CrateInput, Resource
from .links import linked_nodes
from .preparation import Preparation
from .rendering import Rendering
from .results import merged, skipped
from .selection import LEFT_OUT, select


@dataclass(frozen=True)
class Wanted:
    """The input of a call for this host.

    variables: those of templates. only: selectors, see ``selection``.
    """

    resources: Sequence[Resource]
    crates: Mapping[str, CrateInput] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    stack: Stack = field(default_factory=lambda: Stack(""))
    only: Sequence[str] = ()


class Convergence:
    """One run over an envoy. ``run`` returns the results in the order of the graph."""

    def __init__(
        self,
        wanted: Wanted,
        types: Mapping[str, Behaviour],
        target: Target,
        journal: Journal,
        facts: Facts,
        reverts: Reverts | None = None,
    ) -> None:
        """Prepare to converge. Raise graph.GraphError for wrong references."""
        self._resources = {resource.id: resource for resource in wanted.resources}
        self._target = target
        self._journal = journal
        self._reverts = reverts or Reverts()
        self._conditions = Conditions(wanted.crates, facts)
        rendering = Rendering(wanted.crates, wanted.variables, facts)
        self._graph = graphs.build(
            linked_nodes(wanted.resources, rendering),
            [entry.crate for entry in wanted.crates.values()],
        )
        self._selection = select(wanted.only, self._graph)
        taking_part = self._selection.applied | self._selection.checked
        needed = (one for each in taking_part for one in self._graph.needs.get(each, ()))
        self._applier = Applier(
            types,
            target,
            rendering,
            wanted.stack,
            frozenset(() if target.check_mode else needed),
        )
        self._preparation = Preparation(
            self._resources, self._applier, self._conditions, self._selection
        )
        #: In check mode only; a real run reads the machine itself.
        self._forecast = (
            Forecast(self._applier, journal, self._add_triggers) if target.check_mode else None
        )
        self._results: dict[str, Result] = {}
        #: For each resource with a pending result: the function that waits for it, and stores it.
        self._pending: dict[str, Callable[[], None]] = {}
        #: For each resource that is skipped because of a failure: the ID of the failed resource.
        self._failed_dependencies: dict[str, str] = {}

    def refuse(self) -> None:
        """Raise ResourceError if nothing on this host may be changed."""
        self._preparation.refuse()

    def pull_step(self, given: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Take one step of ``delivery/pull_turns``, and return what the caller has to know.

        Return None if it is time to apply the resources. given: what the caller has sent.
        """
        types = self._applier.types
        if given[STEP] == ASK:
            now, later = self._preparation.needs_pulls()
            return {STEP: ASK, LATER: later} if now or later else None
        if given[STEP] == PULL:
            self._preparation.prepare()
            made = {name: kind.pulls(self._target) for name, kind in types.items()}
            done = {name: pulls for name, (pulls, _again) in made.items() if pulls}
            return {STEP: APPLY, DONE: done, LATER: any(again for _pulls, again in made.values())}
        for name, pulls in given[DONE].items():
            types[name].take_pulls(pulls, self._target)
        return None

    def run(self) -> list[Result]:
        """Apply all resources, or predict that, and return their results."""
        for dropped in self._journal.keep_only(self._resources):
            self._target.note(
                f"a trigger was pending for {dropped}, which is no longer in the stack"
            )
        self._preparation.announce(self._overlay)
        self._preparation.prepare()
        try:
            self._both_passes()
        except Exception:
            for conclude in self._pending.values():  # No background work may be left at the end.
                with contextlib.suppress(Exception):
                    conclude()
            raise
        return [self._results[resource_id] for resource_id in self._graph.order]

    def _both_passes(self) -> None:
        for resource_id in self._graph.order:
            self._join_before(resource_id)
            self._main_turn(self._resources[resource_id])
        self._join(self._graph.order)
        for resource_id in self._graph.order:
            self._join_before(resource_id)
            if self._journal.has_trigger(resource_id) and resource_id in self._selection.applied:
                self._closing_turn(self._resources[resource_id])
        self._join(self._graph.order)

    def _join_before(self, resource_id: str) -> None:
        """Wait for all pending results that the resource's turn depends on.

        This is its own earlier result, the resources that it needs or that may trigger it, and its
        targets: when a target succeeds, its pending triggers are removed, and new ones must not be
        among these.
        """
        triggers = self._graph.triggers
        self._join((resource_id, *self._graph.needs.get(resource_id, ())))
        self._join(triggers.get(resource_id, ()))
        self._join([other for other in self._pending if resource_id in triggers.get(other, ())])

    def _join(self, resource_ids: Iterable[str]) -> None:
        for resource_id in resource_ids:
            if resource_id in self._pending:
                self._pending.pop(resource_id)()

    def _main_turn(self, resource: Resource) -> None:
        if resource.id not in self._selection.applied | self._selection.checked:
            self._results[resource.id] = skipped(resource, LEFT_OUT)
            return
        if self._held_back(resource):
            return
        if self._is_settled(resource, None):
            return
        if resource.node.gated and not resource.reverts:
            self._results[resource.id] = skipped(resource, NOT_TRIGGERED)
            return
        if resource.id in self._selection.checked:
            self._results[resource.id] = self._refused(resource) or self._applier.check(
                resource, self._overlay()
            )
            return
        self._apply_unless_refused(resource, None)

    def _closing_turn(self, resource: Resource) -> None:
        earlier = self._results[resource.id]
        if earlier.failed or resource.id in self._failed_dependencies:
            return  # Its trigger is kept.
        if self._held_back(resource, earlier) or self._is_settled(resource, earlier):
            return
        is_first = resource.node.gated and not resource.reverts
        self._apply_unless_refused(resource, None if is_first else earlier)

    def _is_settled(self, resource: Resource, earlier: Result | None) -> bool:
        """Return whether a resource is already reverted; this is reported, and nothing is changed.

        Its pending triggers are removed.
        """
        if not resource.reverts:
            return False
        with contextlib.suppress(ResourceError):  # The error is reported at its turn.
            if self._reverts.has(resource.id, self._applier.undone(resource)):
                self._journal.remove_triggers(resource.id)
                settled = Result(resource.id, resource.type, "none", "already reverted")
                self._results[resource.id] = merged(earlier, settled)
                return True
        return False

    def _held_back(self, resource: Resource, earlier: Result | None = None) -> bool:
        """Skip a resource that depends on a failed one, and record the failure for the resources
        that depend on it.

        If it has changed something earlier in this run, that stays its result.
        """
        for needed in self._graph.needs.get(resource.id, ()):
            dependency = self._failed_dependencies.get(needed)
            if dependency is None and self._results[needed].failed:
                dependency = needed
            if dependency is not None:
                self._failed_dependencies[resource.id] = dependency
                held_back = skipped(resource, f"{dependency} failed", failed_dependency=dependency)
                self._results[resource.id] = merged(earlier, held_back)
                return True
        return False

    def _refused(self, resource: Resource, earlier: Result | None = None) -> Result | None:
        """Return the result of a resource whose ``when`` does not let it act; None if it does.

        If ``when`` is false, the resource has no pending trigger any more.
        """
        try:
            holds, condition = self._conditions.asked(resource, self._overlay())
            if holds is False:
                self._journal.remove_triggers(resource.id)
        except (ResourceError, OSError) as error:
            return as_failed(skipped(resource, ""), error)
        if holds:
            return None
        if holds is None and self._forecast:
            return self._forecast.perhaps_held_back(resource, earlier, condition)
        return skipped(resource, condition)

    def _apply_unless_refused(self, resource: Resource, earlier: Result | None) -> None:
        refused = self._refused(resource, earlier)
        if refused is not None:
            self._results[resource.id] = merged(earlier, refused)
            return
        is_triggered = self._journal.has_trigger(resource.id) and not resource.reverts
        if is_triggered and self._forecast and not self._forecast.is_certain(resource):
            result = self._forecast.perhaps_triggered(resource, earlier)
            if result is not None:
                self._results[resource.id] = merged(earlier, result)
                return
            is_triggered = False
        self._apply(resource, earlier, is_triggered or resource.triggered)

    def _apply(self, resource: Resource, earlier: Result | None, triggered: bool) -> None:
        new_triggers: tuple[str, ...] = ()

        def announce() -> None:
            nonlocal new_triggers
            new_triggers = self._add_triggers(resource)

        overlay = self._overlay()
        begun = self._applier.begin(resource, earlier, triggered, announce, overlay)

        def conclude() -> None:
            result = begun.result()
            if resource.reverts:
                result = replace(result, reason=f"revert: {result.reason or 'nothing to undo'}")
            try:
                if not result.changed:
                    self._journal.retract(resource.id, new_triggers)
                if not result.failed:
                    self._journal.remove_triggers(resource.id)
                    self._record_revert(resource, result)
            except ResourceError as error:  # The triggers are kept.
                result = result if result.failed else as_failed(result, error)
            if self._forecast:
                self._forecast.note(resource, result, new_triggers)
            self._results[resource.id] = merged(earlier, result)

        if begun.is_pending:
            self._pending[resource.id] = conclude
        else:
            conclude()

    def _record_revert(self, resource: Resource, result: Result) -> None:
        """Remember that a resource is reverted, or that it is applied again."""
        if not resource.reverts:
            self._reverts.forget(resource.id)
        elif result.action not in ("skipped", "unknown"):
            self._reverts.add(resource.id, self._applier.undone(resource))

    def _overlay(self) -> Overlay:
        return self._forecast.overlay() if self._forecast else Overlay()

    def _add_triggers(self, resource: Resource) -> tuple[str, ...]:
        return self._journal.add_triggers(resource.id, self._graph.triggers.get(resource.id, ()))
