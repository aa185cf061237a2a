# SPDX-License-Identifier: GPL-3.0-or-later
"""What people get a message about: each change once, and no flood from a host that flaps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.watch.fleets import HOSTS, fleet
from vigo_bridge.watch.notifications.announcements import CALM, CHANGES, Announced, Event, announce
from vigo_bridge.watch.notifications.stored_data import Kept, kept_as_data, kept_from_data
from vigo_bridge.watch.states.model import FleetState


def shown(events: Sequence[Event]) -> str:
    """Return events as words: status, and the kinds of what they are about."""
    return ", ".join(
        " ".join([event.status.value, *(item.kind.value for item in event.items)])
        for event in events
    )


def after(announced: Announced, state: FleetState) -> tuple[Announced, tuple[Event, ...]]:
    """Announce as after a restart: what was known is stored and read in between."""
    stored = json.loads(json.dumps(kept_as_data(Kept(announced))))
    return announce(kept_from_data(stored).announced, state)


#: Of each turn: the state of the host, and the events.
STORIES: dict[str, list[tuple[str, str]]] = {
    "nothing to say": [("new", ""), ("good", ""), ("good", ""), ("new", "")],
    "drift that stays is announced once": [
        ("good", ""),
        ("drift", "new drift"),
        ("drift", ""),
        ("drift", ""),
        ("good", "resolved drift"),
        ("good", ""),
    ],
    "drift in the first turn": [("drift", "new drift"), ("drift", "")],
    "another difference": [
        ("drift", "new drift"),
        ("other drift", "new drift"),
        ("other drift", ""),
    ],
    "one more resource": [
        ("drift", "new drift"),
        ("two drifts", "new drift"),
        ("page drifts", "resolved drift"),
        ("good", "resolved drift"),
    ],
    "a repair is one message": [("good", ""), ("repaired", "new repaired"), ("good", "")],
    "another repair in the next turn": [("created", "new repaired"), ("repaired", "new repaired")],
    "a fight in which the value changes": [
        ("repaired", "new repaired"),
        ("repaired from x", ""),
        ("fight", "new diverged"),
        ("good", "resolved diverged"),
    ],
    "a drift that is repaired later": [
        ("drift", "new drift"),
        ("repaired", "new repaired"),
        ("good", ""),
    ],
    "a fight": [
        ("repaired", "new repaired"),
        ("repaired", ""),
        ("fight", "new diverged"),
        ("fight", ""),
        ("fight", ""),
        ("good", "resolved diverged"),
    ],
    "a resource that fails": [
        ("failed", "new failed"),
        ("failed", ""),
        ("good", "resolved failed"),
    ],
    "a repair that fails, then succeeds": [
        ("drift", "new drift"),
        ("failed", "new failed"),
        ("failed", ""),
        ("repaired", "new repaired"),
        ("good", ""),
    ],
    "a host that cannot be reached keeps its drift": [
        ("drift", "new drift"),
        ("unreachable, drift", "new unreachable"),
        ("unreachable, drift", ""),
        ("drift", "resolved unreachable"),
        ("good", "resolved drift"),
    ],
    "a host that never answered": [
        ("new", ""),
        ("unreachable", "new unreachable"),
        ("unreachable", ""),
        ("good", "resolved unreachable"),
    ],
    "a call that fails": [
        ("repaired", "new repaired"),
        ("was repaired", "new host_failed"),
        ("call failed", ""),
        ("good", "resolved host_failed"),
    ],
}


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("announces", [announce, after], ids=["running", "restarted"])
def test_each_change_is_announced_once(story: str, announces: object) -> None:
    assert callable(announces)
    known: Announced = {}
    for number, (word, expected) in enumerate(STORIES[story], 1):
        known, events = announces(known, fleet({"a": word}, number))
        assert shown(events) == expected, f"turn {number}"


def told(words: Sequence[str]) -> list[str]:
    """Return the events of each turn of one host."""
    known: Announced = {}
    found = []
    for number, word in enumerate(words, 1):
        known, events = after(known, fleet({"a": word}, number))
        found.append(shown(events))
    return found


def test_a_flapping_host_is_quiet_until_it_is_calm() -> None:
    flapping = told(["unreachable", "good"] * 20)
    changes = ["new unreachable", "resolved unreachable"] * 3
    assert flapping[: CHANGES - 1] == changes[: CHANGES - 1]
    assert flapping[CHANGES - 1] == "flapping unreachable"
    assert set(flapping[CHANGES:]) == {""}
    calm = told([*["unreachable", "good"] * 20, *["good"] * (CALM + 5)])
    assert [event for event in calm[CHANGES:] if event] == ["stable"]
    assert calm.index("stable") == 40 + CALM - 1


def test_a_flapping_host_that_stays_broken_is_announced_with_its_state() -> None:
    found = told([*["drift", "good"] * 4, *["unreachable"] * (CALM + 3), "good"])
    assert [event for event in found[CHANGES:] if event] == [
        "stable unreachable",
        "resolved unreachable",
    ]


def test_rare_changes_are_no_flapping() -> None:
    found = told([*["drift", *["good"] * 20] * 6])
    assert {event for event in found if event} == {"new drift", "resolved drift"}
    assert len([event for event in found if event]) == 12


def test_other_hosts_are_not_flapping() -> None:
    known: Announced = {}
    for number in range(1, 9):
        word = "good" if number % 2 else "unreachable"
        known, events = announce(known, fleet({"a": word, "b": "good"}, number))
    known, events = announce(known, fleet({"a": "good", "b": "drift"}, 9))
    assert [(event.host, shown([event])) for event in events] == [("b", "new drift")]


def test_a_turn_counter_that_began_anew_does_not_keep_a_host_quiet() -> None:
    known: Announced = {}
    for number in range(1000, 1010):
        known, _ = announce(known, fleet({"a": "good" if number % 2 else "drift"}, number))
    assert known["a"].flapping
    known, events = announce(known, fleet({"a": "good"}, 1))
    assert [event for event in shown(events).split(", ") if event] == ["stable"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], ["stack"], "new problem"),
        (["stack"], ["stack"], ""),
        (["stack"], [], "resolved problem"),
        (["source"], ["source", "turn"], "new problem"),
        (["source"], ["stack"], "new problem, resolved problem"),
        ([], ["lock"], ""),
    ],
)
def test_problems_of_turns(before: list[str], after: list[str], expected: str) -> None:
    known, _ = announce({}, fleet({"a": "good"}, 1, *before))
    _, events = announce(known, fleet({"a": "good"}, 2, *after))
    assert shown(events) == expected


@pytest.mark.parametrize(
    ("word", "problems", "expected"),
    [
        ("drift", [], "removed"),
        ("good", [], ""),
        ("drift", ["inventory"], "new problem"),
    ],
)
def test_a_host_that_left_the_inventory(word: str, problems: list[str], expected: str) -> None:
    known, _ = announce({}, fleet({"a": word, "b": "good"}))
    known, events = announce(known, fleet({"b": "good"}, 2, *problems))
    assert shown(events) == expected
    _, events = announce(known, fleet({"a": word, "b": "good"}, 3))
    assert (shown(events) == "new drift") == (expected == "removed")


def test_a_host_without_hosts_around_it_is_not_forgotten() -> None:
    known, _ = announce({}, fleet({"a": "drift"}))
    known, events = announce(known, fleet({}, 2, "source"))
    assert shown(events) == "new problem"
    _, events = announce(known, fleet({"a": "drift"}, 3))
    assert shown(events) == "resolved problem"


@given(st.lists(st.sampled_from(sorted(HOSTS)), max_size=60))
def test_there_is_never_more_than_one_message_for_a_change(words: list[str]) -> None:
    """Turns without a change have no event, but the one that ends flapping."""
    found = told(words)
    for number, event in enumerate(found[1:], 1):
        if words[number] == words[number - 1]:
            assert event in ("", "stable") or event.startswith("stable ")


def test_a_new_error_text_is_no_news() -> None:
    broken = fleet({"a": "failed"})
    known, _ = announce({}, broken)
    (resource,) = broken.hosts["a"].resources
    host = replace(broken.hosts["a"], resources=(replace(resource, error="timeout at 12:01"),))
    assert announce(known, replace(broken, hosts={"a": host}, turn=2))[1] == ()
