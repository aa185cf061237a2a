# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a container before a rollout changes it, and what restoring that does."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import former
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.use import HOST, engine_with, in_use

#: what was done -> whether later changes are undone with it
DONE: list[tuple[list[str], bool]] = [
    ([], False),
    (["started"], False),
    (["stopped"], False),
    (["restarted", "stopped"], False),
    (["created"], True),
    (["replaced"], True),
    (["created", "started"], True),
    (["stopped", "replaced"], True),
]


@pytest.mark.parametrize(("done", "expected"), DONE, ids=str)
def test_what_undoes_later_changes(done: list[str], expected: bool) -> None:
    assert former.undoes_all({"done": done}) is expected


_SAME = "it is already in its former state"
#: what was done, whether it runs now -> action, reason, and whether it runs then
RESTORED = [
    ("started", True, "stopped", "it was not running", False),
    ("started", False, "none", _SAME, False),
    ("stopped", False, "started", "it was running", True),
    ("stopped", True, "none", _SAME, True),
    ("restarted", True, "restarted", "it was restarted by the rollout", True),
]


@pytest.mark.parametrize(("done", "runs", "action", "reason", "then"), RESTORED)
def test_restore(done: str, runs: bool, action: str, reason: str, then: bool) -> None:
    memory = engine_with({"container": "app"})
    box = memory.box("app")
    assert box is not None
    if not runs:
        memory.request("POST", f"/containers/{box.id}/stop", 10.0)
    state: dict[str, Any] = {
        "container": "app",
        "docker_host": HOST,
        "id": box.id,
        "running": done != "started",
        "done": [done],
        "settings": {},
    }
    with in_use(memory):
        decision = former.restore(state, Target(False, Secrets({})))
    assert (decision.action, decision.reason) == (action, reason)
    assert box.is_up is then
