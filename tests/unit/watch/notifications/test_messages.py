# SPDX-License-Identifier: GPL-3.0-or-later
"""The text and the data of a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.watch.fleets import HOSTS, TIME, fleet
from vigo_bridge.watch.notifications.announcements import Announced, announce
from vigo_bridge.watch.notifications.messages import (
    LONGEST_DATA,
    LONGEST_TEXT,
    Message,
    Severity,
    message,
)
from vigo_bridge.watch.states.differences import Difference
from vigo_bridge.watch.states.model import FleetState, Problem, ProblemState


def told(before: FleetState | None, after: FleetState) -> Message:
    """Return the message of the second turn."""
    known: Announced = announce({}, before)[0] if before else {}
    found = message(announce(known, after)[1], after, "shop", TIME)
    assert found is not None
    return found


#: The host before and now -> the title, the line, and how bad it is.
LINES = {
    ("good", "drift"): (
        "1 host drifted",
        "a: shop/redis differs from the stack: image redis:6 -> redis:7",
        "warning",
    ),
    ("good", "repaired"): (
        "1 host repaired",
        "a: shop/redis was repaired: image redis:6 -> redis:7",
        "info",
    ),
    ("good", "fight"): (
        "1 host diverged",
        "a: shop/redis changes in each turn (3 so far): something else changes it back:"
        " image redis:6 -> redis:7",
        "warning",
    ),
    ("good", "failed"): ("1 host failed", "a: shop/redis failed: no such image", "failure"),
    ("good", "call failed"): ("1 host failed", "a: failed: no Python", "failure"),
    ("good", "unreachable"): (
        "1 host unreachable",
        "a: unreachable: no route to host",
        "failure",
    ),
    ("drift", "good"): (
        "1 host back to normal",
        "a: shop/redis is as described again",
        "success",
    ),
    ("fight", "good"): ("1 host back to normal", "a: shop/redis no longer changes", "success"),
    ("failed", "good"): ("1 host back to normal", "a: shop/redis no longer fails", "success"),
    ("call failed", "good"): ("1 host back to normal", "a: no longer fails", "success"),
    ("unreachable", "good"): ("1 host back to normal", "a: can be reached again", "success"),
}


@pytest.mark.parametrize(("before", "after"), LINES)
def test_lines(before: str, after: str) -> None:
    title, line, severity = LINES[before, after]
    found = told(fleet({"a": before}), fleet({"a": after}, 2))
    assert found.title == f"shop: {title}"
    assert found.text.splitlines()[0] == line
    assert found.severity.value == severity


@pytest.mark.parametrize(
    ("before", "after", "title", "line"),
    [
        ([], ["stack"], "the stack has errors", "the stack has errors: stack is broken"),
        ([], ["source"], "the stack cannot be read", ": source is broken"),
        (["turn"], [], "turns succeed again", "turns succeed again"),
    ],
)
def test_problems_of_turns(before: list[str], after: list[str], title: str, line: str) -> None:
    found = told(fleet({"a": "good"}, 1, *before), fleet({"a": "good"}, 2, *after))
    assert found.title == f"shop: {title}"
    assert line in found.text.splitlines()[0]


def test_equal_events_of_hosts_are_one_line() -> None:
    names = [f"web{number:02}" for number in range(12)]
    before = fleet(dict.fromkeys([*names, "db"], "good"))
    after = fleet({**dict.fromkeys(names, "drift"), "db": "unreachable"}, 2)
    found = told(before, after)
    assert found.title == "shop: 1 host unreachable, 12 hosts drifted"
    assert found.text.splitlines() == [
        "db: unreachable: no route to host",
        "12 hosts (web00, web01, web02, web03, web04 and 7 others): shop/redis differs from the"
        " stack: image redis:6 -> redis:7",
        "",
        "13 hosts: 13 Converged; drift: 1 None, 12 Changed; 1 unreachable (turn 2, revision"
        " 0123abcd)",
    ]
    assert found.severity is Severity.FAILURE


def test_the_data_has_every_value() -> None:
    found = told(fleet({"a": "good", "b": "good"}), fleet({"a": "drift", "b": "drift"}, 2))
    data = json.loads(found.as_json)
    assert data == found.data
    assert data["events"] == [
        {
            "status": "new",
            "hosts": ["a", "b"],
            "hosts_count": 2,
            "text": "2 hosts (a, b): shop/redis differs from the stack: image redis:6 -> redis:7",
            "facts": [
                {
                    "kind": "drift",
                    "subject": "shop/redis",
                    "text": "image",
                    "changes": [{"field": "image", "old": "redis:6", "new": "redis:7"}],
                }
            ],
        }
    ]
    assert {**data, "events": []} == {
        "version": 1,
        "stack": "shop",
        "time": TIME,
        "turn": 2,
        "revision": "0123abcd",
        "severity": "warning",
        "title": "shop: 2 hosts drifted",
        "summary": "2 hosts: 2 Converged; drift: 2 Changed (turn 2, revision 0123abcd)",
        "events": [],
        "omitted": 0,
    }


def test_a_host_with_other_problems_is_not_back_to_normal() -> None:
    found = told(fleet({"a": "two drifts"}), fleet({"a": "page drifts"}, 2))
    assert found.title == "shop: 1 host improved"
    assert found.text.startswith("a: shop/redis is as described again\n")


def test_the_lines_of_an_error_are_one_line() -> None:
    state = fleet({"a": "good"}, 1, "stack")
    error = "site.vgo:5:11: error: no such type\n   |  type: fiel\n"
    state = replace(state, problems=(ProblemState(Problem.STACK, error, TIME),))
    expected = "the stack has errors: site.vgo:5:11: error: no such type | type: fiel"
    assert told(None, state).text.partition("\n")[0] == expected


def test_nothing_to_say_is_no_message() -> None:
    assert message((), fleet({"a": "good"}), "shop", TIME) is None


def hostile(text: str, hosts: int = 1) -> FleetState:
    """Return a fleet in which every text that can come from outside is this one."""
    drift, failed, gone = HOSTS["drift"], HOSTS["failed"], HOSTS["unreachable"]
    (resource,) = drift.resources
    changed = replace(
        resource, id=text, reason=text, differences=(Difference(text, text, text),) * 20
    )
    states = [
        replace(drift, resources=(changed,)),
        replace(failed, resources=(replace(changed, error=text or "x"),)),
        replace(failed, message=text),
        replace(gone, unreachable_message=text),
    ]
    names = {f"{text}{number}": state for number, state in enumerate(states * hosts)}
    problems = (ProblemState(Problem.STACK, text, TIME),)
    return FleetState(names, problems, 1, text, TIME)


@given(st.text(max_size=300))
def test_no_text_controls_anything(text: str) -> None:
    found = message(announce({}, hostile(text))[1], hostile(text), text, TIME)
    assert found is not None
    steering = {chr(number) for number in [*range(32), 127, 0x9B, 0x202E, 0x2028]}
    for shown in (found.title, *found.text.split("\n"), found.as_json):
        assert not set(shown) & steering
    assert found.as_json.isascii()


@pytest.mark.parametrize(
    ("text", "hosts"),
    [("x" * 100_000, 1), ("\x1b[2J\n" * 1000, 1), ("", 1), ("\ud800", 1), ("x" * 200, 30)],
    ids=["long", "control", "empty", "half a character", "many hosts"],
)
def test_messages_are_bounded(text: str, hosts: int) -> None:
    state = hostile(text, hosts)
    found = message(announce({}, state)[1], state, text, TIME)
    assert found is not None
    assert len(found.title) <= 500
    assert len(found.text) <= LONGEST_TEXT
    assert len(found.as_json) <= LONGEST_DATA
    data: Mapping[str, object] = json.loads(found.as_json)
    assert data["omitted"] or data["events"]


def test_what_does_not_fit_is_counted() -> None:
    hosts = {f"a{number}": "good" for number in range(500)}
    before, state = fleet(hosts), fleet(hosts, 2)
    (resource,) = HOSTS["drift"].resources
    different = {
        name: replace(HOSTS["drift"], resources=(replace(resource, id=f"crate/{name}"),))
        for name in hosts
    }
    found = told(before, replace(state, hosts=different))
    shown = found.text.splitlines()
    lines = [line for line in shown if line.startswith("a")]
    assert f"... and {500 - len(lines)} other lines" in shown
    assert len(found.data["events"]) + found.data["omitted"] == 500
