# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order former states are restored, and what is reported for each resource."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    Blocked,
    ResourceError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge import former_states
from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import parse_resources
from ansible_collections.vigo.bridge.plugins.module_utils.state.former import FormerState, Kept
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Behaviour, Decision
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

NOT_CHANGED = "this rollout did not change it"
LOST = "a former state is damaged, so it is not known whether this rollout changed it"
NOT_UNDONE = "it changed, and is not undone"
FAILURES: dict[str, Exception] = {
    "no": ResourceError("no", "do", log="l"),
    "full": OSError(28, "full"),
    "key": KeyError("x"),
    "type": TypeError("x"),
    "value": ValueError("x"),
}


class Plain(Behaviour):
    """A type whose states say what happens when they are restored. done: what was done."""

    done: ClassVar[list[str]] = []

    def restore(self, state: Mapping[str, Any], target: Target) -> Decision:
        self.done.append(state["is"])
        if state["is"] in FAILURES:
            raise FAILURES[state["is"]]
        return Decision(state.get("action", "updated"), f"restored {state['is']}")

    def undoes_all(self, state: Mapping[str, Any]) -> bool:
        return "alone" not in state

    def discard_former(self, state: Mapping[str, Any], target: Target) -> None:
        self.done.append(f"discard {state['is']}")
        if state["is"] in FAILURES:
            raise FAILURES[state["is"]]


class Last(Plain):
    """The same, but restored after the others."""

    is_restored_last = True


class States:
    """Replaces what a host has kept."""

    def __init__(
        self, *states: FormerState, discarded: bool = False, damaged: bool = False
    ) -> None:
        self._kept = Kept(states, is_discarded=discarded, is_damaged=damaged)
        self.calls: list[str] = []
        self.error: Exception | None = None

    def kept(self) -> Kept:
        return self._kept

    def begin_discarding(self) -> None:
        self.calls.append("begin discarding")
        if self.error:
            raise self.error

    def discard(self) -> None:
        self.calls.append("discard")


class Kind:
    def __init__(self, made: type[Behaviour]) -> None:
        self.behaviour = made


@pytest.fixture(autouse=True)
def types(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {"exec": Kind(Plain), "container": Kind(Last)}
    monkeypatch.setattr(former_states, "TYPES", kinds)
    monkeypatch.setattr(Plain, "done", [])
    monkeypatch.setattr(Last, "done", Plain.done)


RESOURCES = parse_resources(
    [{"id": f"s/{name}", "type": "exec", "command": "true"} for name in "abc"]
)


def state(name: str, kind: str = "exec", /, **content: Any) -> FormerState:
    return FormerState(f"s/{name}", kind, content or None)


def restored(states: States, check: bool = False) -> dict[str, tuple[str, str]]:
    results = former_states.restore(cast(Any, states), RESOURCES, Target(check))
    types = {each.resource: each.type for each in states.kept().states}
    assert all(each.type == types.get(each.id, "exec") for each in results)
    return {each.id: (each.action, each.reason) for each in results}


UNCHANGED = ("none", NOT_CHANGED)

#: the states, in the order of the changes -> what is restored, and the result of each resource
#: that has one
ORDERS: dict[str, tuple[list[FormerState], list[str], dict[str, tuple[str, str]]]] = {
    "none": ([], [], {}),
    "the last change first": (
        [state("a", **{"is": "1"}), state("b", **{"is": "2"})],
        ["2", "1"],
        {"s/a": ("updated", "restored 1"), "s/b": ("updated", "restored 2")},
    ),
    "containers last, in the order of the changes": (
        [
            state("a", "container", **{"is": "1"}),
            state("b", **{"is": "2"}),
            state("c", "container", **{"is": "3"}),
        ],
        ["2", "1", "3"],
        {
            "s/a": ("updated", "restored 1"),
            "s/b": ("updated", "restored 2"),
            "s/c": ("updated", "restored 3"),
        },
    ),
    "the first state of a resource includes later ones": (
        [state("a", **{"is": "1"}), state("a", **{"is": "2"})],
        ["1"],
        {"s/a": ("updated", "restored 1")},
    ),
    "a state that stands alone": (
        [state("a", **{"is": "1", "alone": 1}), state("a", **{"is": "2", "action": "none"})],
        ["2", "1"],
        {"s/a": ("updated", "restored 1")},
    ),
    "a change counts more than none": (
        [state("a", **{"is": "1", "alone": 1, "action": "none"}), state("a", **{"is": "2"})],
        ["2", "1"],
        {"s/a": ("updated", "restored 2")},
    ),
    "what cannot be undone counts more than none": (
        [state("a", **{"is": "1", "alone": 1, "action": "none"}), state("a")],
        ["1"],
        {"s/a": ("skipped", NOT_UNDONE)},
    ),
    "a change that cannot be undone": ([state("a")], [], {"s/a": ("skipped", NOT_UNDONE)}),
    "a type that is unknown now": (
        [state("a", "gone", **{"is": "1"})],
        [],
        {"s/a": ("skipped", NOT_UNDONE)},
    ),
    "a resource that the stack no longer has": (
        [state("old", **{"is": "1"})],
        ["1"],
        {"s/old": ("updated", "restored 1")},
    ),
}


@pytest.mark.parametrize(("kept", "done", "found"), ORDERS.values(), ids=ORDERS)
def test_order(kept: list[FormerState], done: list[str], found: dict[str, tuple[str, str]]) -> None:
    states = States(*kept)
    results = restored(states)
    assert Plain.done == done
    assert results == {**dict.fromkeys(("s/a", "s/b", "s/c"), UNCHANGED), **found}
    assert list(results)[:3] == ["s/a", "s/b", "s/c"]
    assert states.calls == ["discard"]


#: what fails -> the action and the reason
FAILED: list[tuple[str, str, str]] = [
    ("no", "failed", "no; do"),
    ("full", "blocked", "the disk is full; free some space"),
    ("key", "failed", "its former state is damaged"),
    ("type", "failed", "its former state is damaged"),
    ("value", "failed", "its former state is damaged"),
]


@pytest.mark.parametrize(("what", "action", "reason"), FAILED)
def test_after_a_failure_the_states_stay(what: str, action: str, reason: str) -> None:
    """So it can be repeated. The other resources are restored."""
    states = States(
        state("a", **{"is": what, "alone": 1}), state("a", **{"is": "2"}), state("b", **{"is": "3"})
    )
    results = restored(states)
    assert Plain.done == ["3", "2", what]
    assert results["s/a"] == (action, reason)
    assert results["s/b"] == ("updated", "restored 3")
    assert states.calls == []


def test_a_failure_counts_more_than_a_later_change() -> None:
    states = States(state("a", **{"is": "1", "alone": 1}), state("a", **{"is": "no"}))
    assert restored(states)["s/a"] == ("failed", "no; do")


def test_check_mode_restores_nothing() -> None:
    states = States(state("a", **{"is": "1"}), state("b"))
    assert restored(states, check=True) == {
        "s/a": ("unknown", "it would be restored"),
        "s/b": ("skipped", NOT_UNDONE),
        "s/c": UNCHANGED,
    }
    assert (Plain.done, states.calls) == ([], [])


def test_a_damaged_state() -> None:
    results = restored(States(state("a", **{"is": "1"}), damaged=True))
    assert results["s/a"] == ("updated", "restored 1")
    assert results["s/b"] == ("skipped", LOST)


@pytest.mark.parametrize("error", [None, Blocked("full")])
@pytest.mark.parametrize("discarded", [False, True])
def test_states_are_discarded(discarded: bool, error: Exception | None) -> None:
    """A restoration after that goes on with it. What cannot be deleted is noted."""
    states = States(
        *(state("a", **{"is": "1"}), state("b", **{"is": "no"}), state("c", **{"is": "full"})),
        *(state("a"), state("a", "gone", **{"is": "x"})),
        discarded=discarded,
    )
    states.error = error
    target = Target()
    act = former_states.restore if discarded else former_states.discard
    results = act(cast(Any, states), RESOURCES, target)
    assert [(each.id, each.type, each.action, each.reason) for each in results] == [
        (f"s/{name}", "exec", "none", "it stays as it is") for name in "abc"
    ]
    assert Plain.done == ["discard 1", "discard no", "discard full"]
    assert target.notes == [
        "s/b: the former state is still there: no; do",
        "s/c: the former state is still there: [Errno 28] full",
    ]
    assert states.calls == ["begin discarding", "discard"]


def test_check_mode_discards_nothing() -> None:
    states = States(state("a", **{"is": "1"}))
    results = former_states.discard(cast(Any, states), RESOURCES, Target(check_mode=True))
    assert [each.action for each in results] == ["none"] * 3
    assert (Plain.done, states.calls) == ([], [])


def test_how_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([10.0, 12.5])
    monkeypatch.setattr(time, "monotonic", lambda: next(times))
    states = States(state("a", **{"is": "1"}))
    first: Result = former_states.restore(cast(Any, states), RESOURCES, Target())[0]
    assert first.duration_s == 2.5
