# SPDX-License-Identifier: GPL-3.0-or-later
"""What is checked before the first step, and what each step does on an engine in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import Turn, apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.behaviour import Container
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay
from tests.unit.in_memory_engine.use import HOST, applied, in_use
from tests.unit.module_utils.types.container.test_replacing import commands

APP: dict[str, Any] = {"container": "app"}
NEW = {"image": "redis:8-alpine"}
BROKEN = {"command": ["sh", "-c", "echo no sesame-1; sleep 0.2; exit 9"]}


class TimedWay(FaultyWay):
    """A way that keeps how long each call may take. timeouts: by the call."""

    def __init__(self, engine: InMemoryEngine) -> None:
        super().__init__(engine)
        self.timeouts: dict[str, float] = {}

    def request(
        self,
        method: str,
        path: str,
        timeout: float,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        answer = super().request(method, path, timeout, headers, body)
        self.timeouts[self.calls[-1]] = timeout
        return answer


@pytest.fixture
def memory() -> InMemoryEngine:
    memory = InMemoryEngine()
    memory.have("redis:7-alpine", "redis:8-alpine")
    return memory


def box(memory: InMemoryEngine, name: str) -> Any:
    found = memory.box(name)
    assert found is not None, memory.names()
    return found


def test_a_first_container_that_fails_is_kept_until_one_is_settled(memory: InMemoryEngine) -> None:
    result = applied(memory, {**APP, **BROKEN})
    assert result.action == "failed"
    assert result.reason.endswith("it was stopped and kept as app.vigo-failed")
    assert memory.names() == {"app.vigo-failed"}
    assert applied(memory, APP).action == "created"
    assert memory.names() == {"app"}


def test_a_first_container_that_cannot_start_is_removed_with_its_volumes(
    memory: InMemoryEngine,
) -> None:
    assert applied(memory, {**APP, "command": ["nope"]}).action == "failed"
    assert memory.names() == set()
    assert memory.volumes == set()


@pytest.mark.parametrize("state", ["stopped", "running"])
def test_a_failed_one_of_somebody_else_stays(memory: InMemoryEngine, state: str) -> None:
    body = {"Image": "redis:7-alpine", "HostConfig": {}}
    memory.request("POST", "/containers/create?name=app.vigo-failed", 1.0, body=body)
    way = FaultyWay(memory)
    result = applied(memory, {**APP, "state": state}, way)
    assert result.action == "failed"
    assert "app.vigo-failed already exists" in result.reason
    assert commands(way) == []


def test_a_failed_one_of_somebody_else_stays_when_a_container_is_removed(
    memory: InMemoryEngine,
) -> None:
    assert applied(memory, APP).action == "created"
    body = {"Image": "redis:7-alpine", "HostConfig": {}}
    memory.request("POST", "/containers/create?name=app.vigo-failed", 1.0, body=body)
    assert applied(memory, {**APP, "state": "absent"}).action == "deleted"
    assert memory.names() == {"app.vigo-failed"}


#: changes, how the container is before them, the call, and the seconds that it may take at least
GRACE: dict[str, tuple[dict[str, Any], Turn, str, float]] = {
    "stopped": ({"state": "stopped"}, Turn(), "POST /containers/app/stop", 300),
    "restarted": ({}, Turn(triggered=True), "POST /containers/app/restart", 300),
    "replaced": (NEW, Turn(), "POST /containers/app/stop", 300),
    "removed": ({"state": "absent"}, Turn(), "POST /containers/app/stop", 300),
}


@pytest.mark.parametrize(("change", "turn", "call", "seconds"), GRACE.values(), ids=GRACE)
def test_a_call_lasts_as_long_as_the_program_may_take_to_end(
    memory: InMemoryEngine, change: dict[str, Any], turn: Turn, call: str, seconds: float
) -> None:
    given = {**APP, "stop_timeout": 300}
    assert applied(memory, given).action == "created"
    way = TimedWay(memory)
    assert not applied(memory, {**given, **change}, way, turn=turn).failed
    assert way.timeouts[call] > seconds


@pytest.mark.parametrize("before", [None, {}])
def test_what_engines_and_programs_say_never_shows_a_secret(
    memory: InMemoryEngine, before: dict[str, Any] | None
) -> None:
    if before is not None:
        assert applied(memory, APP).action == "created"
    result = bring_with_secret(memory, {**APP, **BROKEN, "env": {"PASSWORD": "secret:p"}})
    assert result.action == "failed"
    assert "sesame-1" not in str(result)
    assert result.error is not None
    assert "no ********" in result.error["log"]


def test_an_engines_refusal_never_shows_a_secret(memory: InMemoryEngine) -> None:
    result = bring_with_secret(memory, {**APP, "command": ["secret:p"]})
    assert result.action == "failed"
    assert "OCI runtime" in result.reason
    assert "sesame-1" not in str(result)


def bring_with_secret(memory: InMemoryEngine, given: dict[str, Any]) -> Result:
    target = Target(False, Secrets({"p": "sesame-1"}))
    attributes = {"image": "redis:7-alpine", "docker_host": HOST, **given}
    with in_use(memory):
        return apply_resource("test", Container(), lambda: attributes, target, Turn())


SHARED = {"container": "proxy", "network_mode": "container:app"}
#: how a container needs app, and the words for it
NEEDS: dict[str, tuple[dict[str, Any], str]] = {
    "its network": ({"network_mode": "container:app"}, "shares the network of app"),
    "its IPC namespace": ({"ipc": "container:app"}, "shares the IPC namespace of app"),
    "its processes": ({"pid": "container:app"}, "shares the processes of app"),
    "its volumes": ({"volumes_from": "app:ro"}, "mounts the volumes of app"),
}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("before", [None, {}], ids=["new", "replaced"])
@pytest.mark.parametrize(("needs", "words"), NEEDS.values(), ids=NEEDS)
def test_a_container_that_it_needs_does_not_exist(
    memory: InMemoryEngine,
    needs: dict[str, Any],
    words: str,
    before: dict[str, Any] | None,
    check_mode: bool,
) -> None:
    """It is named before anything is changed, also in a plan."""
    if before is not None:
        assert applied(memory, {"container": "proxy"}).action == "created"
    way = FaultyWay(memory)
    result = applied(memory, {"container": "proxy", **needs}, way, check_mode)
    assert result.action == "failed"
    assert f"container proxy {words}, which does not exist; add the resource of app" in (
        result.reason
    )
    assert commands(way) == []


@pytest.mark.parametrize(
    ("needs", "words"), [need for need in NEEDS.values() if "volumes_from" not in need[0]]
)
def test_nothing_is_shared_with_a_container_that_does_not_run(
    memory: InMemoryEngine, needs: dict[str, Any], words: str
) -> None:
    applied(memory, {**APP, "state": "stopped"})
    way = FaultyWay(memory)
    result = applied(memory, {"container": "proxy", **needs}, way)
    assert result.action == "failed"
    assert f"{words}, which is not running" in result.reason
    assert commands(way) == []


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        ({"state": "running"}, "created created"),
        ({"state": "absent"}, "none failed"),
        ({"state": "running", "image": "{{ .Vars.image }}"}, "created created"),
    ],
    ids=["created", "removed", "by a template"],
)
@pytest.mark.parametrize(("needs", "words"), NEEDS.values(), ids=NEEDS)
def test_a_plan_considers_what_it_creates_itself(
    memory: InMemoryEngine,
    tmp_path: Path,
    needs: dict[str, Any],
    words: str,
    app: dict[str, Any],
    expected: str,
) -> None:
    usual = {"type": "container", "image": "redis:7-alpine", "docker_host": HOST}
    resources = [
        {**usual, "id": "a/app", **APP, **app},
        {**usual, "id": "a/proxy", "container": "proxy", **needs},
    ]
    arguments = {"resources": resources, "state_dir": str(tmp_path), "scope": "shop"}
    with in_use(memory):
        results = converge({**arguments, "vars": {"image": "redis:7-alpine"}}, Target(True))
    assert " ".join(result.action for result in results) == expected, [r.reason for r in results]


def test_a_plan_is_not_sure_after_a_command(memory: InMemoryEngine, tmp_path: Path) -> None:
    """The command may create the container."""
    proxy = {"container": "proxy", "image": "redis:7-alpine", "ipc": "container:app"}
    resources = [
        {"id": "a/up", "type": "exec", "command": "docker run --name app redis:7-alpine"},
        {"id": "a/proxy", "type": "container", "docker_host": HOST, **proxy},
    ]
    with in_use(memory):
        results = converge({"resources": resources, "state_dir": str(tmp_path)}, Target(True))
    assert [result.action for result in results] == ["ran", "created"]


@pytest.mark.parametrize(("test", "expected"), [("true", "created"), ("false", "failed")])
def test_who_shares_a_network_waits_for_the_health_of_the_other(
    memory: InMemoryEngine, test: str, expected: str
) -> None:
    check = {"Test": ["CMD-SHELL", test], "Interval": 10**9, "Retries": 2}
    body = {"Image": "redis:7-alpine", "HostConfig": {}, "Healthcheck": check}
    memory.request("POST", "/containers/create?name=app", 1.0, body=body)
    memory.request("POST", "/containers/app/start", 1.0)
    way = FaultyWay(memory)
    assert applied(memory, {**SHARED, "health_timeout": 20}, way).action == expected
    assert commands(way) == (["create", "proxy start"] if expected == "created" else [])
    assert memory.clock.monotonic() < 22


def test_a_port_that_another_container_holds(memory: InMemoryEngine) -> None:
    """It is named before anything is changed."""
    assert applied(memory, {**APP, "ports": "18380:80"}).action == "created"
    assert applied(memory, {"container": "other"}).action == "created"
    for given in ({"container": "third"}, {"container": "other"}):
        way = FaultyWay(memory)
        result = applied(memory, {**given, "ports": "18380:80"}, way)
        assert result.action == "failed"
        assert "port 18380/tcp is held by container app" in result.reason
        assert commands(way) == []


def test_removed_without_its_volumes_and_with_them(memory: InMemoryEngine) -> None:
    given = {**APP, "volumes": ["kept:/kept", "/extra"]}
    assert applied(memory, given).action == "created"
    before = set(memory.volumes)
    assert len(before) == 3
    assert applied(memory, {**given, "state": "absent"}).action == "deleted"
    assert memory.volumes == before
    assert applied(memory, {**given, **NEW}).action == "created"
    assert applied(memory, {**given, "user": "1"}).action == "recreated"
    removed = {**given, "state": "absent", "remove_volumes": True}
    assert applied(memory, removed).action == "deleted"
    assert memory.volumes == before


def test_a_network_is_labelled_with_the_stack(memory: InMemoryEngine, tmp_path: Path) -> None:
    web = {"id": "a/web", "type": "container", **APP, "image": "redis:7-alpine", "network": "net"}
    stack = {"scope": "shop", "stack_id": "id-1", "state_dir": str(tmp_path)}
    with in_use(memory):
        converge({"resources": [{**web, "docker_host": HOST}], **stack}, Target())
    assert memory.networks["net"]["Labels"] == {label.NETWORK: "shop", label.STACK_ID: "id-1"}


@pytest.mark.parametrize(("code", "expected"), [(0, "created"), (3, "failed")])
def test_a_one_shot_container(memory: InMemoryEngine, code: int, expected: str) -> None:
    command = ["sh", "-c", f"echo done; sleep 0.2; exit {code}"]
    result = applied(memory, {**APP, "expect": "exited", "command": command})
    assert (result.action, result.rc) == (expected, code)


def test_what_changes_in_place_is_changed_before_it_is_brought_up(memory: InMemoryEngine) -> None:
    assert applied(memory, {**APP, "restart": "always"}).action == "created"
    memory.request("POST", "/containers/app/pause", 1.0)
    way = FaultyWay(memory)
    result = applied(memory, {**APP, "restart": "no", "state": "running"}, way)
    assert result.action == "started"
    assert commands(way) == ["app update", "app unpause"]
