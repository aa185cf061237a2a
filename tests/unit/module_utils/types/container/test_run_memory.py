# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a run is in a separate object: two runs with the same engine do not share it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.background import Background
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.run_memory import (
    RunMemory,
    run_memory,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import HOST, in_use


def test_each_run_has_one_for_each_engine() -> None:
    with in_use(InMemoryEngine()):
        one, other = Engine(HOST), Engine("unix:///other.sock")
    target = Target()
    assert run_memory(one, target) is run_memory(one, target)
    assert run_memory(one, target) is not run_memory(other, target)
    assert run_memory(one, target) is not run_memory(one, Target())


def test_a_leader_counts_for_one_turn() -> None:
    memory = RunMemory()
    memory.replaced_with({"proxy": "app", "other": "app"})
    assert [memory.leader("proxy"), memory.leader("proxy"), memory.leader("other")] == [
        *("app", "", "app")
    ]


@pytest.mark.parametrize("fails", [False, True])
def test_the_end_of_what_goes_on_is_awaited_whatever_comes_of_it(fails: bool) -> None:
    memory, done = RunMemory(), []

    def work() -> None:
        done.append("app")
        if fails:
            raise ValueError

    background: Background[Any] = Background(work)
    memory.add_background("app", background)
    memory.await_end(["other", "app", ""])
    assert done == ["app"]
    memory.await_end(["app"])
