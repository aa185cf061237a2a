# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a fleet from turn to turn: problems, and which hosts are repaired when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from tests.unit.watch.watched import LOOKS, REPAIRS
from vigo_bridge.run.results import EnvoyResult
from vigo_bridge.watch.states.model import Condition, FleetState, Problem
from vigo_bridge.watch.states.next_fleet import Found, due_for_repair, next_fleet, without_retries
from vigo_bridge.watch.states.transitions import ProblemTransition, transitions

EVERY = 300.0


def look_of(name: str) -> EnvoyResult:
    found = LOOKS[name]
    assert found is not None
    return found


def repair_of(name: str) -> EnvoyResult:
    found = REPAIRS[name]
    assert found is not None
    return found


class Watcher:
    """Takes turns over hosts that are looked at and repaired as the test says."""

    def __init__(self) -> None:
        self.state = FleetState()

    def turn(
        self,
        looks: Mapping[str, str],
        repairs: Mapping[str, str],
        *,
        revision: str = "v1",
        at_once: bool = False,
    ) -> str:
        """Take a turn, and return which hosts were repaired. repairs: how that ends."""
        found = Found(list(looks), {host: look_of(name) for host, name in looks.items()})
        found.revision = revision
        due = due_for_repair(self.state, found, at_once=at_once)
        if due:
            found.repairs = {host: repair_of(repairs[host]) for host in due}
        self.state = next_fleet(self.state, found, "10:00", interval=EVERY)
        return " ".join(due)


def test_only_hosts_that_need_it_are_repaired() -> None:
    watcher = Watcher()
    looks = {"a": "as described", "b": "page is one", "c": "gone", "d": "web fails"}
    assert watcher.turn(looks, {"b": "page written", "d": "web started"}) == "b d"
    looks = {"a": "as described", "b": "as described", "c": "gone", "d": "as described"}
    assert watcher.turn(looks, {}) == ""


def test_a_failing_repair_is_tried_less_and_less() -> None:
    watcher, tried = Watcher(), []
    for number in range(1, 33):
        if watcher.turn({"a": "web stopped"}, {"a": "web fails"}):
            tried.append(number)
    assert tried == [1, 2, 4, 8, 16, 28]
    assert watcher.turn({"a": "web stopped"}, {"a": "web started"}) == ""
    assert watcher.turn({"a": "web stopped"}, {"a": "web started"}, at_once=True) == "a"
    assert watcher.state.hosts["a"].retry.failures == 0


@pytest.mark.parametrize(
    "change",
    [{"looks": {"a": "both differ"}}, {"revision": "v2"}],
    ids=["another drift", "another stack"],
)
def test_something_else_is_tried_at_once(change: Mapping[str, object]) -> None:
    watcher = Watcher()
    for _ in range(4):
        watcher.turn({"a": "web stopped"}, {"a": "web fails"})
    assert watcher.turn({"a": "web stopped"}, {"a": "web fails"}) == ""
    given = {"looks": {"a": "web stopped"}, **change}
    assert watcher.turn(repairs={"a": "page written, web fails"}, **given) == "a"  # type: ignore[arg-type]


def test_a_host_that_fails_does_not_hold_others_back() -> None:
    """The rollout stops after a batch with the failed host: the others are next."""
    watcher = Watcher()
    looks = {"a": "web stopped", "b": "web stopped"}
    assert watcher.turn(looks, {"a": "web fails", "b": "not reached"}) == "a b"
    assert watcher.turn(looks, {"a": "web fails", "b": "not reached"}) == "a b"
    assert watcher.turn(looks, {"b": "web started"}) == "b"


#: Results of a rollout -> the hosts whose repair counts as failed.
ROLLOUTS = {
    "all good": ("page written;page written", ""),
    "one fails": ("call fails;page written", "a"),
    "one is lost": ("gone;not reached", "a"),
    "one is rolled back with one that failed": ("rolled back;web fails, rolled back", "b"),
    "all are rolled back, after the health check of an address": ("rolled back;rolled back", "a b"),
    "none was reached, as a command before the batch failed": ("not reached;not reached", "a b"),
    "interrupted": ("interrupted;not reached", ""),
    "interrupted after the first": ("page written;not reached", ""),
}


@pytest.mark.parametrize(("ends", "expected"), ROLLOUTS.values(), ids=ROLLOUTS)
def test_which_hosts_have_failed(ends: str, expected: str) -> None:
    watcher = Watcher()
    repairs = dict(zip("ab", ends.split(";"), strict=True))
    watcher.turn({"a": "page is one", "b": "page is one"}, repairs)
    failed = [name for name, host in watcher.state.hosts.items() if host.retry.failures]
    assert " ".join(failed) == expected


def test_a_watcher_that_repairs_nothing_waits_for_no_repair() -> None:
    watcher = Watcher()
    watcher.turn({"a": "web stopped"}, {"a": "web fails"})
    state = without_retries(watcher.state)
    found = Found(["a"], {"a": look_of("web stopped")})
    after = next_fleet(state, found, "10:05", interval=EVERY)
    assert after.hosts["a"].condition is Condition.CONVERGED


def test_hosts_of_the_inventory() -> None:
    watcher = Watcher()
    watcher.turn({"a": "as described", "b": "as described"}, {})
    watcher.turn({"c": "as described", "a": "as described"}, {})
    assert list(watcher.state.hosts) == ["c", "a"]
    before = watcher.state
    watcher.state = next_fleet(before, Found(), "10:05", interval=EVERY)
    assert watcher.state.hosts == before.hosts


#: Problems of each turn, those that a turn can tell are gone; the problems that are known then,
#: with the number of turns that had them, and what changed.
PROBLEMS: dict[str, Sequence[tuple[str, str, str, str]]] = {
    "one that stays": [("stack: a", "", "stack: a 1", "stack"), ("stack: a", "", "stack: a 2", "")],
    "another message": [
        ("stack: a", "", "stack: a 1", "stack"),
        ("stack: b", "", "stack: b 2", "stack"),
    ],
    "one that is solved": [("stack: a", "", "stack: a 1", "stack"), ("", "stack", "", "stack")],
    "one that the turn did not get to": [
        ("secrets: a", "", "secrets: a 1", "secrets"),
        ("inventory: b", "", "inventory: b 1, secrets: a 1", "inventory"),
        ("secrets: a", "inventory", "secrets: a 2", "inventory"),
    ],
}


@pytest.mark.parametrize("turns", PROBLEMS.values(), ids=PROBLEMS)
def test_problems(turns: Sequence[tuple[str, str, str, str]]) -> None:
    state = FleetState()
    for problems, passed, expected, changed in turns:
        found = Found(
            problems={
                Problem(kind): message
                for kind, message in (one.split(": ") for one in problems.split(", ") if one)
            },
            passed={Problem(kind) for kind in passed.split()},
        )
        before, state = state, next_fleet(state, found, "10:00", interval=EVERY)
        known = [f"{one.problem.value}: {one.message} {one.turns}" for one in state.problems]
        assert ", ".join(known) == expected
        news = [one for one in transitions(before, state) if isinstance(one, ProblemTransition)]
        told = [one.problem.value for one in news]
        assert " ".join(told) == changed


def test_a_turn_is_good_if_all_hosts_were_looked_at() -> None:
    looks = {"a": look_of("gone"), "b": look_of("web fails")}
    assert Found(["a", "b"], looks).looked
    assert not Found(["a", "b", "c"], looks).looked
    assert not Found(None, looks).looked
    state = next_fleet(FleetState(), Found(["a", "b"], looks), "10:00", interval=EVERY)
    assert (state.turn, state.good_turn) == (1, "10:00")
    later = next_fleet(state, Found(["a", "b"]), "10:05", interval=EVERY)
    assert (later.turn, later.good_turn) == (2, "10:00")


def test_the_actions_of_a_turn() -> None:
    found = Found(["a", "b"], {name: look_of("web stopped") for name in "ab"})
    assert found.actions == {"none": 2, "started": 2}
    found.repairs = {"a": repair_of("web fails"), "b": repair_of("not reached")}
    assert found.actions == {"none": 2, "started": 1, "failed": 1}
    assert replace(found, looks={}).actions == {"none": 1, "failed": 1}
