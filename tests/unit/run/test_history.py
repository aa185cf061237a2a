# SPDX-License-Identifier: GPL-3.0-or-later
"""What is remembered of rollouts, and for how long; one rollout of a stack at a time."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from vigo_bridge.run.history import History, Record
from vigo_bridge.run.state import RolloutRunning, one_rollout, stack_key


def add(history: History, key: str = "shop") -> Record:
    return history.add(2, command="run", subject="/srv/shop", key=key, fingerprint="f")


def test_the_last_of_a_key(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    assert history.last("shop") is None
    add(history)
    second, other = add(history), add(history, "blog")
    assert [record.number for record in history.records()] == [1, 2, 3]
    assert history.last("shop") == second == history.get(2)
    assert history.last("blog") == other


def test_what_is_written_is_read(tmp_path: Path) -> None:
    history = History(tmp_path)
    record = replace(add(history), ended=True, finished=("a",), result={"status": "aborted"})
    history.write(record)
    assert history.get(1) == record
    assert (record.status, record.is_complete) == ("aborted", False)
    assert replace(record, finished=("a", "b")).is_complete


def test_the_oldest_are_dropped_and_numbers_are_not_used_again(tmp_path: Path) -> None:
    history = History(tmp_path, kept=3)
    for _ in range(5):
        add(history)
    assert [record.number for record in history.records()] == [3, 4, 5]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "000003.json",
        "000004.json",
        "000005.json",
    ]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.write(add(history))
    assert (tmp_path / "history").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "history" / "000001.json").stat().st_mode & 0o777 == 0o600


def test_a_broken_file_is_passed_over(tmp_path: Path) -> None:
    history = History(tmp_path)
    add(history)
    (tmp_path / "000002.json").write_text("{")
    (tmp_path / "000003.json").write_text("{}")
    assert [record.number for record in history.records()] == [1]
    assert add(history).number == 4


def test_one_that_did_not_end_runs_or_was_killed(tmp_path: Path) -> None:
    running = add(History(tmp_path))
    assert running.status == "running"
    # No process has this number: it is beyond the greatest that Linux gives.
    assert replace(running, pid=2**22 + 1).status == "killed"


def test_one_rollout_of_a_stack(tmp_path: Path) -> None:
    stack, other = tmp_path / "shop", tmp_path / "elsewhere" / "shop"
    state = tmp_path / "state"
    with (
        one_rollout(state, stack_key(stack), stack),
        one_rollout(state, stack_key(other), other),
        pytest.raises(RolloutRunning, match=rf"process {os.getpid()}, since 20\d\d-"),
        one_rollout(state, stack_key(stack), stack),
    ):
        pass
    with one_rollout(state, stack_key(stack), stack):
        pass


def test_a_stack_with_an_id_keeps_its_key_wherever_it_is(tmp_path: Path) -> None:
    here, clone = stack_key(tmp_path / "shop", "a" * 16), stack_key(tmp_path / "clone", "a" * 16)
    assert here == clone
    assert len({here, stack_key(tmp_path / "shop", "b" * 16), stack_key(tmp_path / "shop")}) == 3
