# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log of a watcher says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.watch.watched import LOOKS, REPAIRS
from vigo_bridge.watch.log_lines import lines_of, summary
from vigo_bridge.watch.states.model import NO_DATA, FleetState, HostState, Problem, ProblemState
from vigo_bridge.watch.states.next_state import next_state
from vigo_bridge.watch.states.retries import Retry
from vigo_bridge.watch.states.transitions import HostTransition, ProblemTransition, transitions
from vigo_bridge.watch.turns import Turn

_PAGE = "content changed [/srv/page: one -> as described]"
_WEB = "it was exited [state: exited -> running]"
#: Looks and repairs of the turns so far -> the lines of the last one.
LINES: dict[str, tuple[Sequence[tuple[str, str]], list[str]]] = {
    "as described": ([("as described", "")], []),
    "differs": (
        [("as described", ""), ("page is one", "")],
        [f"h1 site/page differs (`run` would say updated): {_PAGE}"],
    ),
    "no longer": (
        [("page is one", ""), ("as described", "")],
        ["h1 site/page is as the stack says"],
    ),
    "repaired": (
        [("web stopped", "web started")],
        [f"h1 site/web was repaired (started): {_WEB}"],
    ),
    "after a repair": ([("web stopped", "web started"), ("as described", "")], []),
    "diverged": (
        [("web stopped", "web started")] * 3,
        [
            f"h1 site/web changed in 3 turns in a row: {_WEB}; something else changes it, or it"
            " is a command without a guard"
        ],
    ),
    "no longer diverged": (
        [*[("web stopped", "web started")] * 3, ("as described", "")],
        ["h1 is no longer Diverged"],
    ),
    "fails": (
        [("as described", ""), ("web fails", "")],
        [
            "h1 site/web fails: no such image",
            "h1 is Degraded (before: Converged)",
        ],
    ),
    "the call fails": (
        [("as described", ""), ("call fails", "")],
        ["h1 fails: no Python", "h1 is Failed (before: Converged)"],
    ),
    "unreachable": (
        [("as described", ""), ("gone", "")],
        ["h1 is unreachable: no route to host"],
    ),
    "reachable again": ([("gone", ""), ("as described", "")], ["h1 is reachable again"]),
}


@pytest.mark.parametrize(("turns", "expected"), LINES.values(), ids=LINES)
def test_the_lines_of_a_host(turns: Sequence[tuple[str, str]], expected: list[str]) -> None:
    states = [FleetState()]
    for look, repair in turns:
        before = states[-1].hosts.get("h1", NO_DATA)
        states.append(FleetState({"h1": next_state(before, LOOKS[look], REPAIRS[repair], "10:00")}))
    found = transitions(states[-2], states[-1])
    assert [line for one in found for line in lines_of(one)] == expected


def test_a_repair_that_waits() -> None:
    host = next_state(NO_DATA, LOOKS["web stopped"], REPAIRS["web fails"], "10:00")
    host = replace(host, retry=Retry(3, 3, "x"))
    lines = list(lines_of(HostTransition("h1", None, host, host.resources)))
    assert lines == ["h1 site/web fails: no such image; the next repair is tried after 3 turns"]


def test_a_host_that_is_gone_and_a_problem() -> None:
    gone = HostTransition("h1", HostState(), None)
    assert list(lines_of(gone)) == ["h1 is no longer in the inventory or the stack"]
    problem = ProblemState(Problem.INVENTORY, "the inventory x does not exist", "10:00")
    told = [*lines_of(ProblemTransition(Problem.INVENTORY, None, problem))]
    told += lines_of(ProblemTransition(Problem.INVENTORY, problem, None))
    assert told == ["the inventory x does not exist", "the inventory can be read again"]


@pytest.mark.parametrize("problem", Problem)
def test_each_problem_can_be_solved(problem: Problem) -> None:
    (line,) = lines_of(ProblemTransition(problem, ProblemState(problem, "bad", ""), None))
    assert line


def test_what_comes_from_hosts_stays_on_its_line() -> None:
    look = LOOKS["gone"]
    assert look is not None
    state = next_state(
        HostState(), replace(look, message="a\nturn 1: all good\x1b[31m"), None, "10:00"
    )
    (line,) = lines_of(HostTransition("h\n1", None, state))
    assert line == "h\\n1 is unreachable: a\\nturn 1: all good\\x1b[31m"


TURN = Turn(7, datetime(2026, 1, 1, tzinfo=UTC), 4.25, looked=True, interval=300)
SUMMARIES = [
    (TURN, [], "turn 7: 0 hosts (4.2 s)"),
    (TURN, ["as described", "as described"], "turn 7: 2 hosts: 2 Converged (4.2 s)"),
    (
        TURN,
        ["page is one", "web fails", "gone"],
        "turn 7: 3 hosts: 1 Converged, 1 NoData, 1 Degraded, drift Changed on 1, 1 unreachable"
        " (4.2 s)",
    ),
    (
        replace(TURN, rollout=3),
        ["as described"],
        "turn 7: 1 host: 1 Converged, repaired in rollout 3 (4.2 s)",
    ),
    (
        replace(TURN, looked=False),
        ["as described"],
        "turn 7: hosts were not checked; 1 host: 1 Converged (4.2 s)",
    ),
]


@pytest.mark.parametrize(("turn", "looks", "expected"), SUMMARIES)
def test_the_summary(turn: Turn, looks: list[str], expected: str) -> None:
    hosts = {
        str(number): next_state(NO_DATA, LOOKS[look], None, "10:00")
        for number, look in enumerate(looks)
    }
    assert summary(FleetState(hosts), turn) == expected
