# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine in memory does what real engines do; ``tests/integration`` holds those to it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Connection
from tests.engine_contract import CASES, NAMES, Contract
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import HOST, in_use


@pytest.mark.parametrize("podman", [False, True], ids=["docker", "podman"])
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_engine_in_memory(case: dict[str, Any], podman: bool) -> None:
    if podman and not case.get("podman", True):
        pytest.skip("Podman differs")
    memory = InMemoryEngine(podman)
    memory.have("redis:7-alpine")
    with in_use(memory):
        contract = Contract(Connection(HOST), "contract-", memory.clock.sleep)
        contract.run(case)
        contract.close()
    assert not memory.boxes
