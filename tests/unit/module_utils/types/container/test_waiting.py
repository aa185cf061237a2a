# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a container on an engine in memory, and listening to the engine meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import settle, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay
from tests.unit.in_memory_engine.use import HOST, applied, in_use

IMAGE = "redis:7-alpine"


def a_memory(podman: bool = False) -> InMemoryEngine:
    memory = InMemoryEngine(podman)
    memory.have(IMAGE)
    return memory


@pytest.mark.parametrize("fresh", [True, False])
def test_a_new_container_that_was_restarted_before_the_first_look(fresh: bool) -> None:
    """A busy engine may answer late. One that had run before may have been restarted before."""
    memory = a_memory()
    host = {"RestartPolicy": {"Name": "always"}}
    body = {"Image": IMAGE, "HostConfig": host, "Cmd": ["sh", "-c", "sleep 3; exit 9"]}
    memory.request("POST", "/containers/create?name=app", 1.0, body=body)
    wanted = spec.parse({"container": "app", "image": IMAGE, "settle_time": "100ms"})
    with in_use(memory):
        engine = Engine(HOST)

        def bring_up() -> None:
            engine.start("app")
            memory.clock.sleep(4.0)

        settling = settle.Settling(engine, wanted, "app", bring_up, fresh)
        if fresh:
            with pytest.raises(ResourceError, match="was restarted by its policy"):
                settling.wait()
        else:
            assert settling.wait().restart_count == 1


@pytest.mark.parametrize(("test", "expected"), [("true", "created"), ("false", "failed")])
def test_podman_runs_a_healthcheck_when_it_is_asked_to(test: str, expected: str) -> None:
    """At its interval: the first after a second, and then every five."""
    memory = a_memory(podman=True)
    way = FaultyWay(memory)
    check = {"test": ["CMD-SHELL", test], "interval": "5s", "retries": 3}
    given = {"container": "app", "healthcheck": check, "health_timeout": 18}
    assert applied(memory, given, way).action == expected
    asked = [call for call in way.calls if call.endswith("/healthcheck")]
    assert len(asked) == (1 if expected == "created" else 4)


class SlowWay(FaultyWay):
    """A way to an engine whose answer to a start comes four seconds later."""

    def request(self, *arguments: Any, **options: Any) -> Any:
        answer = super().request(*arguments, **options)
        if arguments[0] == "POST" and arguments[1].endswith("/start"):
            self._engine.clock.sleep(4.0)
        return answer


@pytest.mark.parametrize("before", [False, True])
def test_created_and_replaced_ones_count_as_new(before: bool) -> None:
    memory = a_memory()
    given = {"container": "app", "restart": "always", "settle_time": "100ms"}
    if before:
        assert applied(memory, given).action == "created"
    loop = {"command": ["sh", "-c", "sleep 3; exit 9"]}
    result = applied(memory, {**given, **loop}, SlowWay(memory))
    assert result.action == "failed"
    assert "was restarted by its policy" in result.reason


class Listeners:
    """Counts who listens to the engine's events."""

    def __init__(self) -> None:
        self.host = HOST
        self.events = self
        self.count = 0

    def listen(self) -> None:
        self.count += 1

    def leave(self) -> None:
        self.count -= 1


def test_nobody_listens_after_a_start_that_failed() -> None:
    engine: Any = Listeners()

    def bring_up() -> None:
        raise ResourceError("no")

    with pytest.raises(ResourceError):
        settle.Settling(engine, spec.parse({"container": "app", "image": IMAGE}), "1", bring_up)
    assert engine.count == 0


def test_giving_up_twice_is_giving_up_once() -> None:
    engine: Any = Listeners()
    wanted = spec.parse({"container": "app", "image": IMAGE})
    settling = settle.Settling(engine, wanted, "1", lambda: None)
    assert engine.count == 1
    settling.close()
    settling.close()
    assert engine.count == 0
