# SPDX-License-Identifier: GPL-3.0-or-later
"""How one resource is applied, whatever its type: the order of the steps, and each way to fail."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    Blocked,
    NoAccount,
    ResourceError,
    Uncertain,
)
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import (
    Behaviour,
    Decision,
    Outcome,
    Pending,
    Turn,
    apply_resource,
    begin,
    currently,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import (
    Attribute,
    ResourceType,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

LATER = "unknown until the earlier changes are made"


class Steps(Behaviour):
    """Notes its steps. fails: the error of each step that fails. decision, outcome: its own."""

    type = ResourceType(
        "thing", "name", lambda: (Attribute("name", "str"),), lambda: Steps(), lambda given: given
    )

    def __init__(
        self,
        decision: Decision = Decision("none"),  # noqa: B008 - it is frozen
        outcome: Outcome | Pending = Outcome(),  # noqa: B008 - as above
        **fails: Exception,
    ) -> None:
        self.done: list[str] = []
        self.turns: list[Turn] = []
        self._decision, self._outcome, self._fails = decision, outcome, fails

    def _step(self, name: str) -> None:
        self.done.append(name)
        if name in self._fails:
            raise self._fails[name]

    def parse(self, attributes: Mapping[str, Any]) -> Any:
        self._step("parse")
        return dict(attributes)

    def when_triggered(self, spec: Any) -> Any:
        self._step("when_triggered")
        return spec

    def observe(self, spec: Any, target: Target) -> Any:
        self._step("observe")
        return "observed"

    def decide(self, spec: Any, observed: Any, turn: Turn) -> Decision:
        self._step("decide")
        self.turns.append(turn)
        return self._decision

    def confirm(self, spec: Any, observed: Any, decision: Decision, target: Target) -> None:
        self._step("confirm")

    def act(
        self, spec: Any, observed: Any, decision: Decision, target: Target
    ) -> Outcome | Pending:
        self._step("act")
        return self._outcome

    def predict(self, spec: Any, observed: Any, target: Target) -> None:
        self._step("predict")

    def mark_uncertain(self, spec: Any, overlay: Overlay) -> None:
        self._step("mark_uncertain")

    def former_state(
        self, spec: Any, observed: Any, decision: Decision, target: Target
    ) -> Mapping[str, Any] | None:
        self._step("former_state")
        return {"was": spec["name"]}


LOOK = ["parse", "observe", "decide", "confirm"]
CHANGE = Decision("updated", "why", {"after": "x"}, adopted=True)
NO, WRONG, FULL = ResourceError("no", log="l", rc=3), Blocked("busy"), OSError(28, "full")
GONE = NoAccount("user x does not exist")

#: the type, check mode -> the steps, whether a change is announced, the action and the reason
APPLIED: dict[str, tuple[Callable[[], Steps], bool, list[str], bool, str, str]] = {
    "no change": (Steps, False, LOOK, False, "none", ""),
    "no change, but something to wait for": (
        lambda: Steps(Decision("none", steps=("wait",))),
        *(False, [*LOOK, "act"], False, "none", ""),
    ),
    "the same in check mode": (
        lambda: Steps(Decision("skipped", "so", steps=("wait",))),
        *(True, [*LOOK, "act"], False, "skipped", "so"),
    ),
    "a change": (lambda: Steps(CHANGE), False, [*LOOK, "act"], True, "updated", "why"),
    "a change in check mode": (
        lambda: Steps(CHANGE),
        *(True, [*LOOK, "predict"], True, "updated", "why"),
    ),
    "a change that nobody knows": (
        lambda: Steps(Decision("unknown", "so")),
        *(True, [*LOOK, "mark_uncertain"], True, "unknown", "so"),
    ),
    "a decision of the act": (
        lambda: Steps(CHANGE, Outcome(decision=Decision("created", "really"))),
        *(False, [*LOOK, "act"], True, "created", "really"),
    ),
    "no parse": (lambda: Steps(parse=NO), False, ["parse"], False, "failed", "no"),
    "no user yet": (lambda: Steps(parse=GONE), False, ["parse"], False, "failed", GONE.message),
    "no observation": (lambda: Steps(observe=WRONG), False, LOOK[:2], False, "blocked", "busy"),
    "no decision": (lambda: Steps(decide=NO), True, LOOK[:3], False, "failed", "no"),
    "no confirmation": (lambda: Steps(confirm=NO), True, LOOK, False, "failed", "no"),
    "an error that an earlier change may prevent": (
        lambda: Steps(observe=Uncertain("so")),
        *(True, [*LOOK[:2], "mark_uncertain"], True, "unknown", f"{LATER}: so"),
    ),
    "no act": (lambda: Steps(CHANGE, act=NO), False, [*LOOK, "act"], True, "failed", "no"),
    "an error of the system": (
        lambda: Steps(CHANGE, act=FULL),
        *(False, [*LOOK, "act"], True, "blocked", "the disk is full; free some space"),
    ),
}


@pytest.mark.parametrize(
    ("made", "check", "done", "announced", "action", "reason"), APPLIED.values(), ids=APPLIED
)
def test_steps(
    made: Callable[[], Steps],
    check: bool,
    done: list[str],
    announced: bool,
    action: str,
    reason: str,
) -> None:
    behaviour, target, said = made(), Target(check), []
    result = apply_resource(
        "it", behaviour, lambda: {"name": "a"}, target, announce=lambda: said.append("now")
    )
    assert behaviour.done == done
    assert said == (["now"] if announced else [])
    assert (result.id, result.type, result.action, result.reason) == ("it", "thing", action, reason)
    assert target.changed == (["it"] if done[-1] == "act" and announced else [])


#: the step that fails, how certain the prediction is until then -> the action
AFTER_CHANGES: list[tuple[dict[str, Exception], dict[str, bool], str]] = [
    ({"parse": GONE}, {"uncertain": True}, "unknown"),
    ({"parse": GONE}, {}, "failed"),
    ({"parse": NO}, {"uncertain": True, "active": True}, "failed"),
    ({"observe": NO}, {"uncertain": True}, "failed"),
    ({"observe": NO}, {"uncertain": True, "active": True}, "unknown"),
    ({"decide": NO}, {"active": True}, "unknown"),
    ({"confirm": NO}, {"active": True}, "unknown"),
]


@pytest.mark.parametrize(("fails", "before", "action"), AFTER_CHANGES)
def test_errors_after_predicted_changes(
    fails: dict[str, Any], before: dict[str, Any], action: str
) -> None:
    """An earlier change may remove the obstacle, so what the resource does is unknown."""
    behaviour, said = Steps(CHANGE, **fails), []
    target = Target(check_mode=True).with_overlay(Overlay(**before))
    result = apply_resource(
        "it", behaviour, lambda: {"name": "a"}, target, announce=lambda: said.append("now")
    )
    (error,) = fails.values()
    assert result.action == action
    prefix = f"{LATER}: " if action == "unknown" else ""
    assert result.reason == f"{prefix}{cast(ResourceError, error).message}"
    assert said == (["now"] if action == "unknown" else [])
    if "parse" in fails:
        assert target.overlay.is_clear("/any") is (action == "failed")
    else:
        assert ("mark_uncertain" in behaviour.done) is (action == "unknown")


def test_all_parts_of_a_result() -> None:
    outcome = Outcome(5, "printed", {"more": 1})
    result = apply_resource("it", Steps(CHANGE, outcome), lambda: {"name": "a"}, Target())
    assert (result.rc, result.output, result.returned) == (5, "printed", {"more": 1})
    assert (result.diff, result.adopted, result.error) == ({"after": "x"}, True, None)
    assert result.duration_s >= 0
    error = ResourceError("no", "do", log="l", rc=3, returned={"more": 2})
    failed = apply_resource("it", Steps(CHANGE, act=error), lambda: {"name": "a"}, Target())
    assert (failed.rc, failed.returned, failed.adopted) == (3, {"more": 2}, False)
    assert failed.error == {"message": "no; do", "log": "l"}


def test_attributes_have_their_types() -> None:
    """They are rendered first: that may fail, too."""
    behaviour = Steps(former_state=NO)
    apply_resource("it", behaviour, lambda: {"name": 5}, Target())
    assert behaviour.done == LOOK

    def broken() -> Mapping[str, Any]:
        raise ResourceError("no template")

    result = apply_resource("it", behaviour, broken, Target())
    assert (result.action, result.reason) == ("failed", "no template")
    result = apply_resource("it", behaviour, lambda: {"name": ["a"]}, Target())
    assert result.reason == "name: expected a string, not a list; write it as one quoted string"


class Kept:
    """Replaces the former states of a rollout."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    def keep(self, *state: Any) -> None:
        self.kept.append(state)


@pytest.mark.parametrize("decision", [CHANGE, Decision("none", steps=("wait",))])
@pytest.mark.parametrize("check", [False, True])
def test_the_former_state_is_kept_before_a_change(decision: Decision, check: bool) -> None:
    behaviour, target, kept = Steps(decision), Target(check), Kept()
    target.former = cast(Any, kept)
    apply_resource("it", behaviour, lambda: {"name": "a"}, target)
    is_kept = decision is CHANGE and not check
    assert kept.kept == ([("it", "thing", {"was": "a"})] if is_kept else [])
    assert (behaviour.done[-2:] == ["former_state", "act"]) is is_kept


def test_without_its_former_state_nothing_is_changed() -> None:
    behaviour, target = Steps(CHANGE, former_state=NO), Target()
    target.former = cast(Any, Kept())
    assert apply_resource("it", behaviour, lambda: {"name": "a"}, target).action == "failed"
    assert "act" not in behaviour.done


def test_a_note_is_shown() -> None:
    target = Target()
    apply_resource("it", Steps(Decision("none", note="look")), lambda: {"name": "a"}, target)
    assert target.notes == ["look"]


@pytest.mark.parametrize("triggered", [False, True])
def test_what_a_decision_depends_on(triggered: bool) -> None:
    behaviour = Steps()
    target = Target(check_mode=True, secrets=Secrets({"a/b": "hunter22"}))
    turn = Turn(triggered, "created", uncertain=True, awaited=True)
    apply_resource("it", behaviour, lambda: {"name": "a"}, target, turn)
    assert ("when_triggered" in behaviour.done) is triggered
    (found,) = behaviour.turns
    assert (found.triggered, found.earlier, found.check_mode) == (triggered, "created", True)
    assert (found.uncertain, found.awaited) == (True, True)
    assert found.reveal("x secret:a/b") == "x hunter22"


#: how the wait for a change ends -> the action and the reason
WAITS: list[tuple[Exception | None, str, str]] = [
    (None, "updated", "why"),
    (NO, "failed", "no"),
    (FULL, "blocked", "the disk is full; free some space"),
]


@pytest.mark.parametrize(("error", "action", "reason"), WAITS)
def test_a_change_that_settles_later(error: Exception | None, action: str, reason: str) -> None:
    def wait() -> Outcome:
        if error:
            raise error
        return Outcome(7)

    ended = time.monotonic() + 1000
    behaviour = Steps(CHANGE, Pending(wait, lambda: ended))
    begun = begin("it", behaviour, lambda: {"name": "a"}, Target())
    assert begun.is_pending
    result = begun.result()
    assert (result.action, result.reason) == (action, reason)
    assert result.rc == {"updated": 7, "failed": 3, "blocked": None}[action]
    assert 900 < result.duration_s < 1100
    assert not begin("it", Steps(CHANGE), lambda: {"name": "a"}, Target()).is_pending


def test_the_present_state_in_words() -> None:
    assert currently("none") == "currently it is as desired"
    assert currently("created") == "currently it would be created"


def test_what_a_type_does_not_say() -> None:
    """The least that a type has to do; all steps are its own."""
    plain, target = Behaviour(), Target()
    plain.type = Steps.type
    for step in (
        lambda: plain.observe({}, target),
        lambda: plain.decide({}, None, Turn()),
        lambda: plain.act({}, None, CHANGE, target),
        lambda: plain.restore({}, target),
    ):
        with pytest.raises(NotImplementedError):
            step()
    assert plain.may_alter({}) == ("/",)
    assert (plain.may_add({}), plain.may_replace({})) == ((), ())
    assert plain.describe({}, cast(Any, None), target) == {}
    assert plain.would_pull([{}], target) == ()
    assert plain.pulls(target) == ({}, False)
    assert plain.finish(cast(Any, None), [], target) == []
    assert plain.former_state({}, None, CHANGE, target) is None
    assert plain.undoes_all({}) is True
    assert plain.parse({"name": "a"}) == {"name": "a"}
    assert plain.when_triggered({"name": "a"}) == {"name": "a"}
    assert plain.is_predictable({}) is False
