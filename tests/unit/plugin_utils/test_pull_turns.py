# SPDX-License-Identifier: GPL-3.0-or-later
"""How many workers pull at the same time, and what ends a turn."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible import constants
from ansible.errors import AnsibleActionFail

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.pull_turns import (
    APPLY,
    ASK,
    LATER,
    PULLS,
    STEP,
)
from ansible_collections.vigo.bridge.plugins.plugin_utils import pull_turns

FORK = multiprocessing.get_context("fork")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return tmp_path


def worker(limit: int, folder: Path, name: str) -> Any:
    """Start a process that takes a turn, and keeps it until a file is removed."""

    def run() -> None:
        with pull_turns.turn(limit):
            (folder / name).touch()
            while (folder / name).exists():
                time.sleep(0.01)

    process = FORK.Process(target=run)
    process.start()
    return process


def having_a_turn(folder: Path, count: int) -> list[str]:
    """Wait until so many have a turn, then for a while, and return who has one."""
    deadline = time.monotonic() + 20
    while (found := sorted(path.name for path in folder.glob("w*"))) and len(found) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(1.5 * pull_turns._LONGEST)
    return sorted(path.name for path in folder.glob("w*"))


def test_no_more_than_the_limit(folder: Path) -> None:
    workers = [worker(2, folder, f"w{number}") for number in range(5)]
    served: set[str] = set()
    while len(served) < 5:
        time.sleep(0.05)
        now = having_a_turn(folder, 1)
        assert len(now) <= 2
        for name in now:
            served.add(name)
            (folder / name).unlink()
    for process in workers:
        process.join(10)
        assert process.exitcode == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_is_killed_leaves_no_turn_taken(folder: Path, number: int) -> None:
    first = worker(1, folder, "w1")
    while not (folder / "w1").exists():
        time.sleep(0.01)
    second = worker(1, folder, "w2")
    time.sleep(2 * pull_turns._LONGEST)
    assert not (folder / "w2").exists()
    os.kill(first.pid, number)
    first.join(10)
    while not (folder / "w2").exists():
        time.sleep(0.01)
    (folder / "w2").unlink()
    second.join(10)
    assert second.exitcode == 0


RESULT = {"changed": True}
DONE = {PULLS: {STEP: APPLY, LATER: False}}
AGAIN = {PULLS: {STEP: APPLY, LATER: True}}
#: what the module answers -> the steps it is called with, those at its turn in upper case
CALLS = [
    ([RESULT], ["ask"]),
    ([{PULLS: {STEP: ASK, LATER: False}}, DONE, RESULT], ["ask", "PULL", "apply"]),
    ([{PULLS: {STEP: ASK, LATER: True}}, DONE, RESULT], ["ask", "PULL", "APPLY"]),
    ([{PULLS: {STEP: ASK, LATER: False}}, AGAIN, RESULT], ["ask", "PULL", "APPLY"]),
    ([{PULLS: {STEP: ASK, LATER: False}}, RESULT], ["ask", "PULL"]),
]


@pytest.mark.parametrize(("answers", "expected"), CALLS)
def test_calls_and_turns(answers: list[dict[str, Any]], expected: list[str], folder: Path) -> None:
    steps: list[str] = []

    def call(pulls: Mapping[str, Any]) -> dict[str, Any]:
        steps.append(pulls[STEP].upper() if _is_taken(folder) else pulls[STEP])
        return answers[len(steps) - 1]

    assert pull_turns.in_turns(1, call) == RESULT
    assert steps == expected


def _is_taken(folder: Path) -> bool:
    """Return whether the only turn is taken."""
    path = folder / "vigo-pulls" / "0"
    if not path.exists():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


#: pull_limit -> the limit; None: an error
LIMITS = [(None, 0), ("", 0), (3, 3), ("3", 3), ("x", None), (0, None), (-1, None), (True, None)]


@pytest.mark.parametrize(("given", "limit"), LIMITS)
def test_limits(given: Any, limit: int | None) -> None:
    if limit is None:
        with pytest.raises(AnsibleActionFail, match="is not a number of hosts"):
            pull_turns.limit_of({"pull_limit": given})
    else:
        assert pull_turns.limit_of({"pull_limit": given}) == limit
    assert pull_turns.limit_of({}) == 0
