# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine is asked for: once for all containers as long as the run has changed nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay
from tests.unit.in_memory_engine.use import HOST, applied, converged, engine_with

IMAGES = ("redis:7-alpine", "redis:8-alpine")


def container(name: str, image: str = IMAGES[0], **attributes: Any) -> dict[str, Any]:
    given = {"id": f"app/{name}", "type": "container", "container": name, "image": image}
    return {**given, "docker_host": HOST, "settle_time": "0s", **attributes}


def requests(memory: InMemoryEngine, *resources: Mapping[str, Any]) -> list[str]:
    """Return what a run asks the engine for, after one that converged it."""
    converged(memory, {"resources": resources})
    way = FaultyWay(memory)
    results, _target = converged(memory, {"resources": resources}, way)
    assert {result.action for result in results} == {"none"}
    return way.calls


@pytest.mark.parametrize("count", [1, 5, 25])
def test_one_request_for_each_container_that_is_as_desired(count: int) -> None:
    memory = InMemoryEngine()
    memory.have(*IMAGES)
    resources = [container(f"web{number}", IMAGES[number % 2]) for number in range(count)]
    asked = requests(memory, *resources)
    own = [f"GET /containers/web{number}/json" for number in range(count)]
    assert sorted(call for call in asked if call in own) == sorted(own)
    images = [call for call in asked if call.startswith("GET /images/")]
    assert len(images) == min(2, count)
    assert asked.count("GET /containers/json") == 1
    assert len(asked) == len(own) + len(images) + len(["GET /_ping", "GET /containers/json"])


def test_an_interrupted_replacement_is_found_before_any_change() -> None:
    memory = engine_with({"container": "app"})
    assert applied(memory, {"container": "other"}).action == "created"
    box = memory.box("other")
    assert box is not None
    box.name = "app.vigo-failed"
    way = FaultyWay(memory)
    converged(memory, {"resources": [container("app")]}, way)
    assert "GET /containers/app.vigo-failed/json" in way.calls
    assert "GET /containers/app.vigo-new/json" not in way.calls


def test_after_a_change_the_engine_is_asked_again() -> None:
    memory = InMemoryEngine()
    memory.have(*IMAGES)
    resources = [container("first"), container("second")]
    converged(memory, {"resources": resources})
    way = FaultyWay(memory)
    changed = [container("first", env={"A": "1"}), resources[1]]
    converged(memory, {"resources": changed}, way)
    assert "GET /containers/first.vigo-failed/json" in way.calls  # of the replacement itself
    assert {f"GET /containers/second.vigo-{name}/json" for name in ("new", "failed")} <= set(
        way.calls
    )


def test_a_pulled_image_is_known_at_once() -> None:
    memory = InMemoryEngine()
    memory.offer(*IMAGES)
    results, _target = converged(memory, {"resources": [container("one"), container("two")]})
    assert [result.action for result in results] == ["created", "created"]
