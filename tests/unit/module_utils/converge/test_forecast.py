# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode reports for a resource with two possible results: a table of both."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.applier import Applier
from ansible_collections.vigo.bridge.plugins.module_utils.converge.forecast import Forecast
from ansible_collections.vigo.bridge.plugins.module_utils.converge.input import (
    Resource,
    parse_resources,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.prediction import Prediction
from ansible_collections.vigo.bridge.plugins.module_utils.host.overlay import Overlay
from ansible_collections.vigo.bridge.plugins.module_utils.state.journal import Journal
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Begun
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result

(RESOURCE,) = parse_resources([{"id": "a/it", "type": "exec", "command": "true"}])
(GATED,) = parse_resources([{"id": "a/it", "type": "exec", "command": "true", "when": "changed"}])


def result(action: str, reason: str = "") -> Result:
    return Result("a/it", "exec", action, reason)


class Turns:
    """Replaces what applies resources, and the journal: one action per kind of turn."""

    def __init__(self, triggered: str, untriggered: str, pending: bool = False) -> None:
        self.actions = {True: triggered, False: untriggered}
        self.pending = pending
        self.earlier: list[Result | None] = []
        self.removed: list[str] = []
        self.clouded: list[str] = []
        self.forecast = Forecast(cast(Applier, self), cast(Journal, self), lambda _: ["a/later"])

    def begin(
        self, _resource: Resource, earlier: Result | None, triggered: bool, *_more: Any
    ) -> Begun:
        self.earlier.append(earlier)
        return Begun(lambda: result(self.actions[triggered], f"triggered: {triggered}"))

    def has_trigger(self, _target: str) -> bool:
        return self.pending

    def sources(self, _target: str) -> tuple[str, ...]:
        return ("a/it",)

    def remove_triggers(self, target: str) -> None:
        self.removed.append(target)

    def mark_uncertain(self, _resource: Resource, overlay: Overlay) -> None:
        overlay.mark_unknown(["/altered"])

    def is_predictable(self, _resource: Resource, _action: str = "") -> bool:
        return False


#: what a trigger comes to, what comes without one, the action of the main pass -> the action that
#: is reported; None: the resource is applied as if no trigger came
TRIGGERED: dict[str, tuple[str, str, str | None, str | None]] = {
    "it runs either way": ("ran", "ran", None, None),
    "nothing either way": ("none", "none", None, None),
    "only a trigger makes it run": ("ran", "skipped", None, "unknown"),
    "it ran, and would once more": ("ran", "-", "ran", "ran"),
    "it ran, and a trigger changes nothing": ("skipped", "-", "ran", "skipped"),
    "it did nothing, and a trigger changes nothing": ("skipped", "-", "skipped", "skipped"),
    "it did nothing, and a trigger makes it run": ("ran", "-", "skipped", "unknown"),
    "it was not known": ("ran", "-", "unknown", "unknown"),
}


@pytest.mark.parametrize(
    ("triggered", "untriggered", "before", "expected"), TRIGGERED.values(), ids=TRIGGERED
)
def test_a_trigger_that_may_come(
    triggered: str, untriggered: str, before: str | None, expected: str | None
) -> None:
    turns = Turns(triggered, untriggered)
    earlier = result(before) if before else None
    found = turns.forecast.perhaps_triggered(RESOURCE, earlier)
    may_change = triggered == "ran" and expected is not None
    assert turns.removed == ["a/it"]
    assert turns.earlier == ([earlier] if earlier else [None, None])
    assert turns.forecast.overlay().exists("/altered/x") is (None if may_change else False)
    assert turns.forecast.overlay().active is may_change
    # The first pair is not sure only where something may change.
    assert turns.forecast._prediction.is_certain(["a/it"], "a/later") is not may_change
    if expected in (None, "unknown") or may_change:
        assert (found and found.action) == (expected and "unknown")
    else:
        assert found == result(triggered, "triggered: True")


def test_one_that_waits_for_the_trigger() -> None:
    """Without it, it is skipped."""
    turns = Turns("ran", "must not be tried")
    assert turns.forecast.perhaps_triggered(GATED, None) == result("unknown", REASON)
    turns = Turns("skipped", "must not be tried")
    found = turns.forecast.perhaps_triggered(GATED, None)
    assert found == result("skipped", "triggered: True")


REASON = "whether it is triggered is known only after earlier changes"


@pytest.mark.parametrize("pending", [False, True])
@pytest.mark.parametrize("before", [None, "none"])
def test_a_condition_that_may_hold(pending: bool, before: str | None) -> None:
    """A pending trigger comes with it."""
    turns = Turns("ran", "skipped", pending)
    earlier = result(before) if before else None
    found = turns.forecast.perhaps_held_back(RESOURCE, earlier, "when is false: x")
    assert turns.earlier == [earlier]
    if pending:
        reason = "when is false: x: it can be checked only after earlier changes"
        assert found == result("unknown", reason)
    else:
        assert found == result("skipped", "triggered: False")


def test_a_condition_that_may_hold_of_what_has_run() -> None:
    """It stays the result, whether the condition then holds or not."""
    turns = Turns("ran", "none")
    found = turns.forecast.perhaps_held_back(RESOURCE, result("ran"), "when is false: x")
    assert found == result("none", "triggered: False")


def test_notes() -> None:
    turns = Turns("ran", "ran")
    turns.forecast.note(RESOURCE, result("none"), ["a/later"])
    assert not turns.forecast.overlay().uncertain
    turns.forecast.note(RESOURCE, result("unknown"), ["a/later"])
    assert turns.forecast.overlay().uncertain
    assert not turns.forecast.is_certain(parse_resources([{"id": "a/later", **_TRUE}])[0])
    turns.forecast.note(RESOURCE, result("ran"), ["a/later"])
    assert turns.forecast.is_certain(parse_resources([{"id": "a/later", **_TRUE}])[0])


_TRUE = {"type": "exec", "command": "true"}


#: changes, whether each is predictable -> uncertain, active
CHANGES: list[tuple[list[bool], tuple[bool, bool]]] = [
    ([], (False, False)),
    ([True], (True, False)),
    ([False], (True, True)),
    ([True, False], (True, True)),
    ([False, True], (True, True)),
]


@pytest.mark.parametrize("sure", [False, True])
@pytest.mark.parametrize(("changes", "expected"), CHANGES)
def test_changes(changes: list[bool], expected: tuple[bool, bool], sure: bool) -> None:
    prediction = Prediction()
    for is_predictable in changes:
        if sure:
            prediction.acts("a/it", is_predictable)
        else:
            prediction.may_act("a/it", is_predictable, ["a/later"])
    found = prediction.overlay()
    assert (found.uncertain, found.active) == expected
    assert prediction.overlay().moment == found.moment + 1
