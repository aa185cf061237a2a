# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every resource type implements, and how one resource is applied.

A resource type parses attributes into a spec, observes the target, decides (without changing
anything) and acts. All resources are applied with ``begin``, alone or in a graph.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable, Mapping, Sequence

from ..common.dataclass import dataclass, field, replace
from ..common.errors import NoAccount, ResourceError, Uncertain
from ..host.caller_watch import leave_if_gone
from ..host.system_errors import blocked
from .result import UNCHANGED, Result
from .target import Target
from .typed_attributes import typed

if TYPE_CHECKING:
    from ..host.overlay import Overlay
    from ..state.owners_file import OwnersFile
    from ..state.ownership import Stack
    from .descriptor import ResourceType

#: The paths that a change with an unknown effect may alter.
ANYTHING = ("/",)
#: The reason of a result that is unknown because earlier changes may alter it.
NOT_YET_KNOWN = "unknown until the earlier changes are made"


def currently(action: str) -> str:
    """Return a text that says which action a resource would take in the current state."""
    if action == "none":
        return "currently it is as desired"
    return f"currently it would be {action}"


@dataclass(frozen=True)
class Turn:
    """The circumstances in which a resource decides.

    triggered: a trigger is pending for it (``notify`` or ``subscribes``).
    earlier: its action when it was applied before in this same run, or None.
    check_mode: only predict.
    uncertain: in check mode, whether an earlier predicted change that is not to a file may affect
    what is observed.
    reveal: replaces references to secrets in a text by their values.
    awaited: other resources depend on it, and act after it: it must be settled until then.
    """

    triggered: bool = False
    earlier: str | None = None
    check_mode: bool = False
    uncertain: bool = False
    reveal: Callable[[str], str] = str
    awaited: bool = False


_PLAIN_TURN = Turn()


@dataclass(frozen=True)
class Decision:
    """What to do and why. ``diff`` is Ansible's before/after; ``note`` a remark for the user.

    ``steps`` are the type's own. Those of a decision that changes nothing only wait. adopted: what
    another tool created belongs to the stack from now on, as it is.
    """

    action: str
    reason: str = ""
    diff: Mapping[str, Any] | None = None
    steps: tuple[Any, ...] = ()
    note: str = ""
    adopted: bool = False


@dataclass(frozen=True)
class Outcome:
    """The outcome of an action: a command's exit code and the end of its output.

    returned: further return values of a task that applies the resource alone, by name. decision:
        what was done, for types that find it out only by acting; None if it is what was decided.
    """

    rc: int | None = None
    output: str | None = None
    returned: Mapping[str, Any] = field(default_factory=dict)
    decision: Decision | None = None


@dataclass(frozen=True)
class Pending:
    """A change that was made but has not settled yet.

    wait: waits until it has, and returns the outcome; raises ResourceError. ended: when that was,
    by ``time.monotonic``.
    """

    wait: Callable[[], Outcome]
    ended: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class Call:
    """One call that converges a stack.

    record: the owners of the objects on this host. resources: the IDs of all resources of the
    stack. wants_prune: whether objects that the stack no longer names are removed.
    min_healthy_time: how many seconds containers must stay healthy at the end.
    """

    stack: Stack
    record: OwnersFile
    resources: frozenset[str]
    wants_prune: bool = False
    min_healthy_time: float = 0.0


class Behaviour:
    """What a resource type does. Subclasses fill in the four steps; they keep no state."""

    type: ResourceType
    #: Whether specs take ``scope`` and ``resource`` too, for labels that name the owner.
    labelled = False
    #: Whether a rollback restores it after all other types, because it uses their resources.
    is_restored_last = False
    #: The attributes that it gets; None for all.
    reads: tuple[str, ...] | None = None
    #: The attributes that ``prepare`` gets; none if there is nothing to prepare.
    prepared_by: tuple[str, ...] = ()
    #: The attributes that ``refuse`` gets; none if there is nothing to refuse.
    refused_by: tuple[str, ...] = ()
    #: The attributes that ``expect`` gets; none if it needs nothing in advance.
    expected_by: tuple[str, ...] = ()

    def parse(self, attributes: Mapping[str, Any]) -> Any:
        """Return a frozen spec of rendered attributes. Pure. Raise ResourceError."""
        return self.type.parse(attributes)

    def when_triggered(self, spec: Any) -> Any:
        """Return the spec of a resource that has a pending trigger. Pure."""
        return spec

    def observe(self, spec: Any, target: Target) -> Any:
        """Return the present state, as a frozen value. Raise ResourceError.

        Does not change what the spec describes. Outside check mode it may do preparations that the
        decision depends on: pull an image, repair what a killed run left.
        """
        raise NotImplementedError

    def decide(self, spec: Any, observed: Any, turn: Turn) -> Decision:
        """Return what has to be done. Pure. Raise ResourceError if it cannot be done."""
        raise NotImplementedError

    def confirm(self, spec: Any, observed: Any, decision: Decision, target: Target) -> None:
        """Raise ResourceError if a decision cannot be carried out. Changes nothing."""

    def act(
        self, spec: Any, observed: Any, decision: Decision, target: Target
    ) -> Outcome | Pending:
        """Carry out the decision. Raise ResourceError; the former state is kept in this case."""
        raise NotImplementedError

    def describe(
        self, attributes: Mapping[str, Any], result: Result, target: Target
    ) -> Mapping[str, Any]:
        """Return, by name, what a task that applies a resource alone always returns."""
        return {}

    def prepare(self, resources: Sequence[Mapping[str, Any]], target: Target) -> None:
        """Prepare, before the first change, what is done for all resources of the type together.

        resources: the rendered attributes of ``prepared_by`` of each. Never raises ResourceError:
            whatever fails here fails again at the resource's turn, and is reported there.
        """

    def would_pull(
        self, resources: Sequence[Mapping[str, Any]], target: Target
    ) -> Sequence[bool | None]:
        """Return for each of these resources whether an image is pulled when it is applied; None
        if that is known only then. Those that never pull can be left out.

        resources: as for ``prepare``. Changes nothing, and never raises ResourceError.
        """
        return ()

    def pulls(self, target: Target) -> tuple[Mapping[str, Any], bool]:
        """Return, in types of JSON, which pulls ``prepare`` has made, and whether one has failed
        and may be tried again.
        """
        return {}, False

    def take_pulls(self, pulls: Mapping[str, Any], target: Target) -> None:
        """Note pulls that another call has made, so that they are not made again. pulls: from
        `pulls`.
        """

    def refuse(self, resources: Sequence[Mapping[str, Any]], target: Target) -> None:
        """Raise ResourceError, before the first change, if nothing may be changed.

        resources: the rendered attributes of ``refused_by`` of each.
        """

    def expect(
        self, resource: str, attributes: Callable[[], Mapping[str, Any] | None], target: Target
    ) -> None:
        """Record a resource of this run before the first one is applied, also in check mode.

        attributes: returns the rendered attributes of ``expected_by`` at that time; None if the
            conditions of the resource do not hold. Raise ResourceError and OSError.
        """

    def start(self, call: Call, target: Target) -> None:
        """Prepare a call that converges a stack. Called before everything else."""

    def finish(self, call: Call, results: Sequence[Result], target: Target) -> list[Result]:
        """Record the outcome of a call, and return the results of what it removes in addition.

        results: of all resources of the stack. A returned result replaces the result with the same
            ID. Must not raise: the results would be lost.
        """
        return []

    def former_state(
        self, spec: Any, observed: Any, decision: Decision, target: Target
    ) -> Mapping[str, Any] | None:
        """Return, in types of JSON, what `restore` needs to undo a decision; None if it cannot be
        undone. Raise ResourceError and OSError: the decision is not carried out then.
        """
        return None

    def restore(self, state: Mapping[str, Any], target: Target) -> Decision:
        """Undo a change, as far as it was made, and return what was done.

        Doing it again does nothing. state: from `former_state`. Raise ResourceError and OSError.
        """
        raise NotImplementedError

    def undoes_all(self, state: Mapping[str, Any]) -> bool:
        """Return whether restoring a state also undoes later changes of the same resource."""
        return True

    def discard_former(self, state: Mapping[str, Any], target: Target) -> None:
        """Delete what was kept on the machine to undo a change. Raise ResourceError and OSError."""

    def may_alter(self, spec: Any) -> Sequence[str]:
        """Return the paths on the target at and below which a change may alter anything. Pure."""
        return ANYTHING

    def may_add(self, spec: Any) -> Sequence[str]:
        """Return the paths at and below which a change may create files that other resources manage
        as a whole. Pure.
        """
        return ()

    def may_replace(self, spec: Any) -> Sequence[str]:
        """Return the paths at and below which a change may alter such files in any way. Pure."""
        return ()

    def is_predictable(self, spec: Any) -> bool:
        """Return whether check mode knows exactly what a certain change does. Pure."""
        return self.type.is_predictable

    def predict(self, spec: Any, observed: Any, target: Target) -> None:
        """Record in the target's overlay what ``act`` would do; called in its place in check
        mode.
        """
        self.mark_uncertain(spec, target.overlay)

    def mark_uncertain(self, spec: Any, overlay: Overlay) -> None:
        """Record in the overlay what an uncertain change may affect."""
        overlay.mark_unknown(self.may_alter(spec))
        overlay.add(self.may_add(spec))
        overlay.replace(self.may_replace(spec))


@dataclass(frozen=True)
class Begun:
    """A resource that was applied. is_pending: whether to wait for its result."""

    result: Callable[[], Result]
    is_pending: bool = False


def apply_resource(
    resource_id: str,
    behaviour: Behaviour,
    attributes: Callable[[], Mapping[str, Any]],
    target: Target,
    turn: Turn = _PLAIN_TURN,
    announce: Callable[[], object] = lambda: None,
) -> Result:
    """Apply one resource as ``begin`` does, and return its result once it is settled."""
    return begin(resource_id, behaviour, attributes, target, turn, announce).result()


def begin(
    resource_id: str,
    behaviour: Behaviour,
    attributes: Callable[[], Mapping[str, Any]],
    target: Target,
    turn: Turn = _PLAIN_TURN,
    announce: Callable[[], object] = lambda: None,
) -> Begun:
    """Apply one resource, or predict its result in check mode.

    ``attributes`` is called first: rendering templates is part of the resource's own work, and
    fails with it. ``announce`` is called when a change is about to be made, or is predicted.
    """
    leave_if_gone()
    attempt = _Attempt(resource_id, behaviour.type.name)
    turn = replace(turn, check_mode=target.check_mode, reveal=target.secrets.reveal)
    try:
        given = typed(attributes(), behaviour.type.options, behaviour.type.data)
        try:
            spec = behaviour.parse(given)
        except NoAccount as error:
            if not target.overlay.uncertain:
                raise
            announce()
            target.overlay.mark_unknown(ANYTHING)
            reason = f"{NOT_YET_KNOWN}: {error.message}"
            return _done(Result(resource_id, behaviour.type.name, "unknown", reason))
        if turn.triggered:
            spec = behaviour.when_triggered(spec)
        try:
            observed = behaviour.observe(spec, target)
            decision = behaviour.decide(spec, observed, turn)
            behaviour.confirm(spec, observed, decision, target)
        except ResourceError as error:
            # An earlier change may remove the obstacle first; a change of a file alone does not.
            if not (target.overlay.active or isinstance(error, Uncertain)):
                raise
            announce()
            behaviour.mark_uncertain(spec, target.overlay)
            reason = f"{NOT_YET_KNOWN}: {error.message}"
            return _done(Result(resource_id, behaviour.type.name, "unknown", reason))
        if decision.note:
            target.note(decision.note)
        outcome: Outcome | Pending = Outcome()
        if decision.action in UNCHANGED:
            if decision.steps:
                outcome = behaviour.act(spec, observed, decision, target)
        else:
            announce()
            if decision.action == "unknown":
                behaviour.mark_uncertain(spec, target.overlay)
            elif target.check_mode:
                behaviour.predict(spec, observed, target)
            else:
                target.changed.append(resource_id)
                if target.former is not None:
                    state = behaviour.former_state(spec, observed, decision, target)
                    target.former.keep(resource_id, behaviour.type.name, state)
                outcome = behaviour.act(spec, observed, decision, target)
    except ResourceError as error:
        return _done(attempt.failed(error, time.monotonic()))
    except OSError as error:
        return _done(attempt.failed(blocked(error), time.monotonic()))
    if isinstance(outcome, Outcome):
        return _done(attempt.succeeded(decision, outcome, time.monotonic()))
    return Begun(attempt.awaited(decision, outcome), is_pending=True)


def _done(result: Result) -> Begun:
    return Begun(lambda: result)


@dataclass(frozen=True)
class _Attempt:
    """The attempt to apply a resource; ``ended`` is by ``time.monotonic``."""

    id: str
    type: str
    started: float = field(default_factory=time.monotonic)

    def succeeded(self, decision: Decision, outcome: Outcome, ended: float) -> Result:
        decision = outcome.decision or decision
        return Result(
            self.id,
            self.type,
            decision.action,
            decision.reason,
            decision.diff,
            rc=outcome.rc,
            output=outcome.output,
            returned=outcome.returned,
            duration_s=ended - self.started,
            adopted=decision.adopted,
        )

    def failed(self, error: ResourceError, ended: float) -> Result:
        return Result(
            self.id,
            self.type,
            error.status,
            reason=error.message,
            error={"message": error.message, "log": error.log},
            rc=error.rc,
            returned=error.returned,
            duration_s=ended - self.started,
        )

    def awaited(self, decision: Decision, pending: Pending) -> Callable[[], Result]:
        def result() -> Result:
            try:
                outcome = pending.wait()
            except ResourceError as error:
                return self.failed(error, pending.ended())
            except OSError as error:
                return self.failed(blocked(error), pending.ended())
            return self.succeeded(decision, outcome, pending.ended())

        return result
