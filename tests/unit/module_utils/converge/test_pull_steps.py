# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of a host that pulls its images at its turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.pull_turns import (
    APPLY,
    ASK,
    DONE,
    LATER,
    PULL,
    PULLS,
    STEP,
)
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.module_utils.converge.stack_on_engine import StackOnEngine, actions

HERE, OFFERED, NOWHERE = "redis:7-alpine", "redis:8-alpine", "nginx:1"


@pytest.fixture
def stack(tmp_path: Path) -> StackOnEngine:
    memory = InMemoryEngine()
    memory.have(HERE)
    memory.offer(HERE, OFFERED)
    return StackOnEngine(memory, tmp_path)


def step(stack: StackOnEngine, pulls: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the module answers to a step; None if it has applied everything."""
    results = stack.run(_pulls=pulls)
    answer: dict[str, Any] | None = stack.returned.get(PULLS)
    assert bool(results) is not bool(answer)
    return answer


#: attributes of a container -> whether it asks for a turn, and whether it may pull later
QUESTIONS = [
    ({"image": HERE}, False, False),
    ({"image": HERE, "pull": "never"}, False, False),
    ({"image": HERE, "state": "absent"}, False, False),
    ({"image": OFFERED, "state": "absent"}, False, False),
    ({"image": OFFERED}, True, False),
    ({"image": HERE, "pull": "always"}, True, False),
    ({"image": HERE, "when": "changed"}, False, False),
    ({"image": OFFERED, "when": "changed"}, True, True),
    ({"image": OFFERED, "when": "file_exists('/nowhere')"}, True, True),
    ({"image": "{{ index .Vars.none 3 }}"}, True, True),
    ({"image": HERE, "volumes": [{"type": "image", "source": HERE, "target": "/a"}]}, False, False),
    (
        {"image": HERE, "volumes": [{"type": "image", "source": OFFERED, "target": "/a"}]},
        True,
        True,
    ),
    ({"image": OFFERED, "docker_host": "unix:///nowhere/docker.sock"}, True, True),
]


@pytest.mark.parametrize(("attributes", "asks", "later"), QUESTIONS)
def test_who_asks_for_a_turn(
    stack: StackOnEngine,
    attributes: dict[str, Any],
    asks: bool,
    later: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if "docker_host" in attributes:
        monkeypatch.setattr(stack.memory, "request", _refuse)
    stack.container("shop/one", **attributes)
    answer = step(stack, {STEP: ASK})
    assert answer == ({STEP: ASK, LATER: later} if asks else None)
    if asks:
        assert (stack.states(), set(stack.memory.images)) == ({}, {HERE})


def _refuse(*_: object) -> Any:
    raise ConnectionRefusedError


def test_three_calls(stack: StackOnEngine) -> None:
    stack.container("shop/one", image=OFFERED)
    stack.container("shop/two", image=HERE, pull="always")
    assert step(stack, {STEP: ASK}) == {STEP: ASK, LATER: False}
    pulled = step(stack, {STEP: PULL})
    assert pulled is not None
    assert (pulled[STEP], pulled[LATER]) == (APPLY, False)
    assert (stack.states(), set(stack.memory.images)) == ({}, {HERE, OFFERED})
    stack.memory.registry.clear()  # From now on, every pull fails.
    results = stack.run(_pulls=pulled)
    assert actions(results) == {"shop/one": "created", "shop/two": "created"}
    assert actions(stack.run(_pulls=pulled)) == {"shop/one": "none", "shop/two": "none"}


def test_a_pull_that_fails_is_not_made_again(stack: StackOnEngine) -> None:
    stack.container("shop/one", image=NOWHERE)
    stack.container("shop/two", image=HERE)
    assert step(stack, {STEP: ASK}) == {STEP: ASK, LATER: False}
    pulled = step(stack, {STEP: PULL})
    assert pulled is not None
    assert pulled[LATER]
    stack.memory.offer(NOWHERE)
    first, second = stack.run(_pulls=pulled)
    assert (first.action, second.action) == ("failed", "created")
    assert "manifest unknown" in first.reason


def test_check_mode_asks_for_no_turn(stack: StackOnEngine) -> None:
    stack.container("shop/one", image=OFFERED)
    assert actions(stack.run(check=True, _pulls={STEP: ASK})) == {"shop/one": "created"}


def test_what_is_passed_on_has_the_types_of_json(stack: StackOnEngine) -> None:
    import json

    stack.container("shop/one", image=NOWHERE)
    stack.container("shop/two", image=OFFERED, registry_username="me", registry_password="secret:a")
    stack.run(_pulls={STEP: PULL}, secrets={"a": "canary-1"})
    text = json.dumps(stack.returned[PULLS][DONE])
    assert json.loads(text) == stack.returned[PULLS][DONE]
    assert "canary-1" not in text
