# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Converges an envoy: all its resources, in the order of their graph, with their triggers.

Main pass: every resource has its turn; one that waits for a trigger only (``when: changed``)
has none here. Closing pass: whoever is still owed a trigger is applied once more, triggered.
A failure skips what depends on it; all else goes on.

What a resource began may be pending: nobody waits for it before its result counts, that is, at
the turn of a resource with an edge or a trigger to or from it, and at the end of each pass. So
every result is the one that waiting at once would have given.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any, Callable, Iterable, Iterator, Mapping, Sequence

from ..common.errors import ResourceError
from ..host.facts import Facts
from ..host.overlay import Foresight
from ..host.system_errors import blocked
from ..state.journal import Journal
from ..state.ownership import Stack
from ..types.base import Begun, Behaviour, Result, Turn, begin, bring
from ..types.target import Target
from ..types.typed_attributes import typed
from . import graph as graphs
from .conditions import Conditions
from .forecast import Prediction, open_result
from .input import CrateInput, Resource
from .rendering import Rendering
from .selection import LEFT_OUT, as_checked, select


class Convergence:
    """One run over an envoy. ``run`` gives the results in the order of the graph."""

    def __init__(
        self,
        resources: Sequence[Resource],
        crates: Mapping[str, CrateInput],
        variables: Mapping[str, Any],
        types: Mapping[str, Behaviour],
        target: Target,
        journal: Journal,
        facts: Facts,
        stack: Stack | None = None,
        only: Sequence[str] = (),
    ) -> None:
        """stack: whose resources these are. only: selectors, see ``selection``.

        Raises graph.GraphError for wrong references.
        """
        self._resources = {resource.id: resource for resource in resources}
        self._types = types
        self._target = target
        self._journal = journal
        self._conditions = Conditions(crates, facts)
        self._rendering = Rendering(crates, variables, facts)
        self._stack = stack or Stack("")
        self._graph = graphs.build(
            [resource.node for resource in resources], [entry.crate for entry in crates.values()]
        )
        self._selection = select(only, self._graph)
        taking_part = self._selection.applied | self._selection.checked
        #: The ids of those that others depend on.
        self._awaited = frozenset(
            needed for each in taking_part for needed in self._graph.needs.get(each, ())
        )
        self._results: dict[str, Result] = {}
        #: For each resource whose result is awaited: what waits for it, and files it.
        self._pending: dict[str, Callable[[], None]] = {}
        #: For each resource that is held back: the id of the failure that does it.
        self._culprits: dict[str, str] = {}
        #: In check mode only; a real run asks the machine itself.
        self._prediction = Prediction() if target.check_mode else None

    def refuse(self) -> None:
        """Raises ResourceError where nothing on this host may be touched."""
        for kind in self._types.values():
            if kind.refused_by:
                kind.refuse(list(self._prepared(kind, kind.refused_by)), self._target)

    def run(self) -> list[Result]:
        for dropped in self._journal.keep_only(self._resources):
            self._target.note(f"a trigger was owed to {dropped}, which the stack no longer has")
        self._expect()
        self._prepare()
        try:
            self._both_passes()
        except Exception:
            for conclude in self._pending.values():  # Nothing may be under way when this ends.
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
            if self._journal.owes(resource_id) and resource_id in self._selection.applied:
                self._closing_turn(self._resources[resource_id])
        self._join(self._graph.order)

    def _expect(self) -> None:
        """Announce all resources to their types, skipped ones included."""
        for resource in self._resources.values():
            kind = self._types[resource.type]
            if kind.expected_by:
                kind.expect(resource.id, self._described(resource), self._target)

    def _described(self, resource: Resource) -> Callable[[], Mapping[str, Any] | None]:
        def attributes() -> Mapping[str, Any] | None:
            holds, _condition = self._conditions.asked(resource, self._foresight())
            if holds is False:
                return None
            return self._rendering.of(resource, self._types[resource.type].expected_by)()

        return attributes

    def _prepare(self) -> None:
        """What resources of one type do better together, before the first change."""
        if self._target.check_mode:
            return
        for kind in self._types.values():
            if kind.prepared_by:
                kind.prepare(list(self._prepared(kind, kind.prepared_by)), self._target)

    def _prepared(self, kind: Behaviour, names: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
        """Yield some attributes of the resources that will certainly be applied."""
        for resource in self._resources.values():
            if (
                resource.type != kind.type.name
                or resource.id not in self._selection.applied
                or resource.node.gated
                or not self._conditions.surely_hold(resource)
            ):
                continue
            with contextlib.suppress(ResourceError):
                yield self._rendering.of(resource, names)()

    def _join_before(self, resource_id: str) -> None:
        """Waits for all that counts at the resource's turn: its own earlier result, those that
        it needs or may be triggered by, and its own targets: what is owed to a target is struck
        when that has succeeded, and must not be mixed with what is owed from now on.
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
            self._results[resource.id] = _skipped(resource, LEFT_OUT)
            return
        if self._held_back(resource):
            return
        if resource.node.gated:
            self._results[resource.id] = _skipped(resource, "when: nothing triggered it")
            return
        if resource.id in self._selection.checked:
            self._results[resource.id] = self._refused(resource) or self._checked(resource)
            return
        self._apply_unless_refused(resource, None)

    def _checked(self, resource: Resource) -> Result:
        """Whether a resource is as desired; nothing is changed."""
        target = replace(self._target.with_foresight(self._foresight()), check_mode=True)
        result = bring(
            resource.id,
            self._types[resource.type],
            self._attributes(resource),
            target,
            Turn(awaited=self._is_awaited(resource)),
        )
        return as_checked(result, resource.attributes, self._types[resource.type].type.guards)

    def _closing_turn(self, resource: Resource) -> None:
        earlier = self._results[resource.id]
        if earlier.failed or resource.id in self._culprits:
            return  # it stays owed
        if self._held_back(resource, earlier):
            return
        self._apply_unless_refused(resource, None if resource.node.gated else earlier)

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

    def _refused(self, resource: Resource, earlier: Result | None = None) -> Result | None:
        """What becomes of a resource whose ``when`` does not let it act; None where it does.

        If ``when`` says no, nothing is owed to the resource any more.
        """
        try:
            holds, condition = self._conditions.asked(resource, self._foresight())
            if holds is False:
                self._journal.strike(resource.id)
        except ResourceError as error:
            return _failed(_skipped(resource, ""), error)
        except OSError as error:
            return _failed(_skipped(resource, ""), blocked(error))
        if holds:
            return None
        if holds is None:
            acting = self._tried(resource, earlier, self._journal.owes(resource.id))
            reason = f"{condition}: it can be asked only after the changes that come before it"
            return self._either(resource, earlier, acting, _skipped(resource, condition), reason)
        return _skipped(resource, condition)

    def _apply_unless_refused(self, resource: Resource, earlier: Result | None) -> None:
        refused = self._refused(resource, earlier)
        if refused is not None:
            self._results[resource.id] = _merged(earlier, refused)
            return
        triggered = self._journal.owes(resource.id)
        if triggered and self._prediction:
            sources = self._journal.sources(resource.id)
            if not self._prediction.is_sure(sources, resource.id):
                self._perhaps_triggered(resource, earlier)
                return
        self._apply(resource, earlier, triggered)

    def _apply(self, resource: Resource, earlier: Result | None, triggered: bool) -> None:
        new_debts: tuple[str, ...] = ()

        def announce() -> None:
            nonlocal new_debts
            new_debts = self._owe(resource)

        begun = self._begun(resource, earlier, triggered, announce)

        def conclude() -> None:
            result = begun.result()
            try:
                if result.failed:
                    self._journal.retract(resource.id, new_debts)
                else:
                    self._journal.strike(resource.id)
            except ResourceError as error:  # What was to be struck stays owed.
                result = result if result.failed else _failed(result, error)
            if self._prediction and result.action == "unknown":
                self._prediction.may_act(resource.id, self._is_foreseen(resource), new_debts)
            elif self._prediction and result.changed:
                self._prediction.acts(resource.id, self._is_foreseen(resource))
            self._results[resource.id] = _merged(earlier, result)

        if begun.is_pending:
            self._pending[resource.id] = conclude
        else:
            conclude()

    def _perhaps_triggered(self, resource: Resource, earlier: Result | None) -> None:
        """In check mode: a trigger may come or not. Known only if both lead to the same."""
        triggered = self._tried(resource, earlier, True)
        untriggered = earlier or _skipped(resource, "when: nothing triggered it")
        if earlier is None and not resource.node.gated:
            untriggered = self._tried(resource, None, False)
            if triggered.action == untriggered.action:
                self._journal.strike(resource.id)
                self._apply(resource, None, triggered=False)
                return
        reason = "whether it is triggered can be told only after the changes that come before it"
        either = self._either(resource, earlier, triggered, untriggered, reason)
        self._results[resource.id] = _merged(earlier, either)

    def _either(
        self, resource: Resource, earlier: Result | None, one: Result, other: Result, reason: str
    ) -> Result:
        """In check mode: what is reported of a turn that leads to one of two results.

        other: may be ``earlier`` itself, which means that there is no such turn.
        """
        self._journal.strike(resource.id)
        if self._prediction and (one.changed or (other.changed and other is not earlier)):
            self._foresight().cloud(self._may_alter(resource))
            self._prediction.may_act(resource.id, self._is_foreseen(resource), self._owe(resource))
        elif _merged(earlier, one).action == _merged(earlier, other).action:
            return one
        return open_result(resource.id, resource.type, reason)

    def _tried(self, resource: Resource, earlier: Result | None, triggered: bool) -> Result:
        """What would become of it, without a trace in what is foreseen."""
        foresight = self._foresight()
        trial = replace(foresight, files=foresight.files.copy())
        return self._begun(resource, earlier, triggered, lambda: None, trial).result()

    def _begun(
        self,
        resource: Resource,
        earlier: Result | None,
        triggered: bool,
        announce: Callable[[], object],
        foresight: Foresight | None = None,
    ) -> Begun:
        foresight = foresight or self._foresight()
        return begin(
            resource.id,
            self._types[resource.type],
            self._attributes(resource),
            self._target.with_foresight(foresight),
            Turn(
                triggered=triggered,
                earlier=earlier.action if earlier else None,
                uncertain=foresight.active,
                awaited=self._is_awaited(resource),
            ),
            announce,
        )

    def _is_awaited(self, resource: Resource) -> bool:
        return self._prediction is None and resource.id in self._awaited

    def _attributes(self, resource: Resource) -> Callable[[], Mapping[str, Any]]:
        labels = {
            "scope": self._stack.scope,
            "stack_id": self._stack.id,
            "resource": resource.id,
        }
        extra = labels if self._types[resource.type].labelled else {}
        render = self._rendering.of(resource)
        return lambda: {**render(), **extra}

    def _foresight(self) -> Foresight:
        return self._prediction.foresight() if self._prediction else Foresight()

    def _may_alter(self, resource: Resource) -> Sequence[str]:
        kind = self._types[resource.type]
        attributes = typed(self._attributes(resource)(), kind.type.options, kind.type.data)
        return kind.may_alter(kind.parse(attributes))

    def _is_foreseen(self, resource: Resource) -> bool:
        return self._types[resource.type].type.is_foreseen

    def _owe(self, resource: Resource) -> tuple[str, ...]:
        return self._journal.owe(resource.id, self._graph.triggers.get(resource.id, ()))


def _skipped(resource: Resource, reason: str) -> Result:
    return Result(resource.id, resource.type, "skipped", reason)


def _failed(result: Result, error: ResourceError) -> Result:
    detail = {"message": error.message, "log": error.log}
    return replace(result, action=error.status, reason=error.message, error=detail)


def _merged(earlier: Result | None, later: Result) -> Result:
    """One line for a resource that was applied in both passes."""
    if earlier is None or not earlier.changed:
        return later
    actions = (earlier.action, later.action)
    if "unknown" in actions and "ran" not in actions:
        return earlier if earlier.action == "unknown" else later
    duration = earlier.duration_s + later.duration_s
    if later.action in ("none", "skipped", "unknown"):
        return replace(earlier, duration_s=duration)
    reason = "; ".join(filter(None, [f"{earlier.action}: {earlier.reason}", later.reason]))
    return replace(later, reason=reason, duration_s=duration)
