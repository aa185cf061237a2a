# SPDX-License-Identifier: GPL-3.0-or-later
"""What a watcher does around its turns: locks, warnings, exit statuses."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.unit.watch.watched import LOOKS, REPAIRS
from vigo_bridge.app.watch import _exit_status, _Locks
from vigo_bridge.app.watch_log import Once
from vigo_bridge.failures import Refusal
from vigo_bridge.watch.states.model import NO_DATA, FleetState, Problem, ProblemState
from vigo_bridge.watch.states.next_state import next_state

PROBLEM = ProblemState(Problem.STACK, "an error", "10:00")
#: the signal, the last look and repair of hosts, whether there is a problem -> the exit status
ENDS = [
    (signal.SIGTERM, [("web fails", "")], True, 0),
    (signal.SIGINT, [("as described", "")], False, 130),
    (signal.SIGHUP, [("as described", "")], False, 130),
    (None, [("as described", "")], False, 0),
    (None, [("web stopped", "web started")], False, 0),
    (None, [("web stopped", ""), ("as described", "")], False, 2),
    (None, [("web stopped", ""), ("web fails", "")], False, 3),
    (None, [("gone", "")], False, 3),
    (None, [("as described", "")], True, 1),
]


@pytest.mark.parametrize(("number", "hosts", "is_wrong", "status"), ENDS)
def test_exit_statuses(
    number: int | None, hosts: list[tuple[str, str]], is_wrong: bool, status: int
) -> None:
    states = {
        str(index): next_state(NO_DATA, LOOKS[look], REPAIRS[repair], "10:00")
        for index, (look, repair) in enumerate(hosts)
    }
    state = FleetState(states, (PROBLEM,) if is_wrong else ())
    assert _exit_status(number, state) == status


def test_a_warning_is_said_again_only_after_a_turn_without_it() -> None:
    said: list[str] = []
    once = Once(said.append)
    for warnings in (["a", "b", "a"], ["a"], ["b"], ["a", "b"]):
        once.turn_begins()
        for text in warnings:
            once(text)
    assert said == ["a", "b", "b", "a"]


def test_two_watchers_of_a_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    first, second = (tmp_path / "clone-1", "a URL"), (tmp_path / "clone-2", "another")
    with _Locks(*first) as mine, _Locks(*second) as other:
        with (
            pytest.raises(Refusal, match=r"another watcher of a URL is running: "),
            _Locks(*first),
        ):
            pass
        mine.hold("stack-1")
        mine.hold("stack-1")
        with pytest.raises(Refusal, match=r"another watcher of another is running: "):
            other.hold("stack-1")
        mine.hold("stack-2")
        other.hold("stack-1")
    with _Locks(*first) as mine:
        mine.hold("stack-1")
