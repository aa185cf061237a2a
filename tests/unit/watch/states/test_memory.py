# SPDX-License-Identifier: GPL-3.0-or-later
"""What a watcher keeps over restarts, and what it does with a damaged file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.watch.watched import LOOKS, REPAIRS
from vigo_bridge.watch.states.memory import Memory
from vigo_bridge.watch.states.model import NO_DATA, FleetState, HostState, Problem, ProblemState
from vigo_bridge.watch.states.next_state import next_state
from vigo_bridge.watch.states.retries import Retry
from vigo_bridge.watch.states.state_data import state_as_data

STATE = FleetState(
    hosts={
        "h1": next_state(
            NO_DATA, LOOKS["both differ"], REPAIRS["page written, web fails"], "10:00"
        ),
        "h2": next_state(NO_DATA, LOOKS["gone"], None, "10:00"),
        "h\u00f63": HostState(retry=Retry(2, 4, "v1 a/b")),
    },
    problems=(ProblemState(Problem.STACK, "a.vgo:1:1: error: no name\n1 error", "09:00", 3),),
    turn=7,
    revision="v1",
    good_turn="10:00",
)  # fmt: skip


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return []


def path(folder: Path) -> Path:
    return folder / "vigo-bridge/controller/watch/shop.json"


def test_what_is_saved_is_loaded(tmp_path: Path, said: list[str]) -> None:
    memory = Memory("shop", said.append)
    assert memory.load() == FleetState()
    memory.save(STATE)
    assert Memory("shop", said.append).load() == STATE
    assert Memory("blog", said.append).load() == FleetState()
    assert path(tmp_path).stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path(tmp_path).parent.iterdir()] == ["shop.json"]
    assert said == []


def test_what_a_killed_watcher_left_is_removed(tmp_path: Path, said: list[str]) -> None:
    memory = Memory("shop", said.append)
    memory.save(STATE)
    (path(tmp_path).parent / ".shop.json.vigo-x").write_text("{")
    memory.save(STATE)
    assert [one.name for one in path(tmp_path).parent.iterdir()] == ["shop.json"]


def with_host(**wrong: Any) -> str:
    data = state_as_data(STATE)
    data["hosts"]["h1"].update(wrong)
    return json.dumps(data)


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGED: dict[str, str | Callable[[Path], object]] = {
    "empty": "",
    "half of it": json.dumps(state_as_data(STATE))[:200],
    "a list": "[]",
    "no hosts": json.dumps({**state_as_data(STATE), "hosts": None}),
    "unknown condition": with_host(condition="fine"),
    "unknown drift": with_host(drift=3),
    "a flag that is a text": with_host(total="7"),
    "a resource that is a text": with_host(resources=["site/page"]),
    "a field that is missing": with_host(resources=[{"id": "site/page"}]),
    "a number that is too large": with_host(retry={"failures": 10**30, "wait": 0, "of": ""}),
    "a folder": folder,
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_renamed(
    tmp_path: Path, said: list[str], damage: str | Callable[[Path], object]
) -> None:
    memory = Memory("shop", said.append)
    memory.save(STATE)
    if isinstance(damage, str):
        path(tmp_path).write_text(damage)
    else:
        damage(path(tmp_path))
    assert memory.load() == FleetState()
    (message,) = said
    assert "is damaged" in message
    assert "shop.json.damaged" in message
    memory.save(STATE)
    assert memory.load() == STATE


def test_a_file_that_others_can_write_is_not_used(tmp_path: Path, said: list[str]) -> None:
    memory = Memory("shop", said.append)
    memory.save(STATE)
    path(tmp_path).chmod(0o666)
    assert memory.load() == FleetState()
    assert len(said) == 1
