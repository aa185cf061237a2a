# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that must stay healthy for some time after a run, on an engine in memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.use import HOST, in_use

IMAGE = "redis:7-alpine"
PASSES = {"test": ["CMD-SHELL", "true"], "interval": "5s"}
SERVER = ["sh", "-c", "while true; do sleep 1; done"]


def program(script: str) -> list[str]:
    return ["sh", "-c", script]


def run(
    memory: InMemoryEngine,
    folder: Path,
    *resources: dict[str, Any],
    seconds: float | None = 30,
    check: bool = False,
) -> list[Result]:
    """Converge containers app-a, app-b, ..."""
    arguments = {
        "state_dir": str(folder),
        "min_healthy_time": seconds,
        "resources": [
            {
                "id": f"app/{name}",
                "type": "container",
                "container": f"app-{name}",
                "image": IMAGE,
                "docker_host": HOST,
                "command": SERVER,
                "settle_time": "1s",
                **resource,
            }
            for name, resource in zip("abc", resources, strict=False)
        ],
    }
    with in_use(memory):
        return converge(arguments, Target(check))


@pytest.fixture(params=[False, True], ids=["docker", "podman"])
def memory(request: pytest.FixtureRequest) -> InMemoryEngine:
    memory = InMemoryEngine(request.param)
    memory.have(IMAGE)
    return memory


#: the container -> the failure, empty if it stays healthy; how long the run takes at least
CASES: dict[str, tuple[dict[str, Any], str, float]] = {
    "a server": ({}, "", 30),
    "a server with a healthcheck": ({"healthcheck": PASSES}, "", 30),
    "ends after a while": (
        {"command": program("echo out of luck; sleep 20; exit 7")},
        "app-a did not stay healthy: after 19 s, it ended with exit code 7 after its start",
        20,
    ),
    "is restarted after a while": (
        {"command": program("sleep 20; exit 7"), "restart": "always"},
        "it ended with exit code 7 and was restarted by its policy",
        20,
    ),
    "ends later": ({"command": program("sleep 40; exit 7")}, "", 30),
    "is expected to exit": ({"command": program("sleep 3"), "expect": "exited"}, "", 3),
    "is stopped": ({"state": "stopped"}, "", 0),
    "is absent": ({"state": "absent"}, "", 0),
}


@pytest.mark.parametrize(("given", "failure", "takes"), CASES.values(), ids=CASES)
def test_cases(
    memory: InMemoryEngine, tmp_path: Path, given: dict[str, Any], failure: str, takes: float
) -> None:
    (result,) = run(memory, tmp_path, given)
    assert (result.failed, failure in result.reason) == (bool(failure), True), result
    assert takes <= memory.clock.monotonic() <= takes + 5


def test_the_log_is_shown(memory: InMemoryEngine, tmp_path: Path) -> None:
    (result,) = run(memory, tmp_path, {"command": program("echo out of luck; sleep 20; exit 7")})
    assert result.error is not None
    assert "out of luck" in result.error["log"]


def test_one_that_was_there_before_is_watched_too(memory: InMemoryEngine, tmp_path: Path) -> None:
    given = {"command": program("sleep 50; exit 7")}
    assert run(memory, tmp_path, given)[0].action == "created"
    (result,) = run(memory, tmp_path, given)
    assert "it ended with exit code 7" in result.reason


Change = Callable[[InMemoryEngine], object]
#: what somebody else does after ten seconds -> the failure
OTHERS: dict[str, tuple[Change, str]] = {
    "removes it": (
        lambda memory: memory.request("DELETE", "/containers/app-a?force=true", 9.0),
        "it was removed by something else",
    ),
    "stops it": (
        lambda memory: memory.request("POST", "/containers/app-a/kill", 9.0),
        "it ended with exit code 137",
    ),
    "pauses it": (
        lambda memory: memory.request("POST", "/containers/app-a/pause", 9.0),
        "it was paused by something else",
    ),
    "restarts it": (
        lambda memory: memory.request("POST", "/containers/app-a/restart?t=0", 9.0),
        "it was restarted by something else",
    ),
}


@pytest.mark.parametrize(("change", "failure"), OTHERS.values(), ids=OTHERS)
def test_others(memory: InMemoryEngine, tmp_path: Path, change: Change, failure: str) -> None:
    memory.clock.later(10.5, lambda: change(memory))
    (result,) = run(memory, tmp_path, {})
    assert result.failed
    assert failure in result.reason


def test_a_healthcheck_that_begins_to_fail(tmp_path: Path) -> None:
    memory = InMemoryEngine()
    memory.have(IMAGE)

    def fail() -> None:
        box = memory.box("app-a")
        assert box is not None
        box.payload["Config"]["Healthcheck"]["Test"] = ["CMD-SHELL", "false"]

    memory.clock.later(10.5, fail)
    (result,) = run(memory, tmp_path, {"healthcheck": {**PASSES, "retries": 1}})
    assert result.reason.startswith(
        "container app-a did not stay healthy: after 10 s, it became unhealthy"
    )


def test_only_the_one_that_fails_has_failed(memory: InMemoryEngine, tmp_path: Path) -> None:
    ends = {"command": program("sleep 9; exit 7")}
    results = run(memory, tmp_path, {}, ends, {"command": program("sleep 25; exit 7")})
    assert [result.failed for result in results] == [False, True, False]
    assert memory.clock.monotonic() < 20


def test_nothing_is_watched_once_something_failed(memory: InMemoryEngine, tmp_path: Path) -> None:
    results = run(memory, tmp_path, {}, {"command": program("exit 7")})
    assert [result.failed for result in results] == [False, True]
    assert memory.clock.monotonic() < 10


@pytest.mark.parametrize(("seconds", "check"), [(0, False), (None, False), (30, True)])
def test_nothing_is_watched(
    memory: InMemoryEngine, tmp_path: Path, seconds: float | None, check: bool
) -> None:
    assert not run(memory, tmp_path, {}, seconds=seconds, check=check)[0].failed
    assert memory.clock.monotonic() < 10


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_no_number_of_seconds(memory: InMemoryEngine, tmp_path: Path, seconds: float) -> None:
    with pytest.raises(ResourceError, match=r"min_healthy_time: .* is not a number of seconds"):
        run(memory, tmp_path, {}, seconds=seconds)


def test_an_engine_that_stops_answering(memory: InMemoryEngine, tmp_path: Path) -> None:
    def gone(*_: Any, **__: Any) -> Any:
        raise ConnectionRefusedError(111, "Connection refused")

    memory.clock.later(10.5, lambda: setattr(memory, "request", gone))
    (result,) = run(memory, tmp_path, {})
    assert result.action == "blocked"
