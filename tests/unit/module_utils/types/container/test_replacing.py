# SPDX-License-Identifier: GPL-3.0-or-later
"""A replacement, call by call, on an engine in memory."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import Answer
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from tests.unit.in_memory_engine.answers import as_json
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay, Killed
from tests.unit.in_memory_engine.use import HOST, applied, converged, engine_with

APP: dict[str, Any] = {"container": "app", "restart": "always"}
PROXY = {"container": "proxy", "network_mode": "container:app"}
NEW = {"image": "redis:8-alpine"}
#: It ends before it is settled.
SHORT = {**NEW, "command": ["sh", "-c", "echo no; sleep 1; exit 9"], "restart": "no"}

#: The changing calls, without the method where it is POST.
REPLACED = [
    *("create", "app stop", "app rename", "app.vigo-new rename", "app.vigo-old update"),
    *("app start", "DELETE app.vigo-old"),
]
UNDONE = [
    *REPLACED[:-1],
    *("app stop", "app update", "app rename", "app.vigo-old update", "app.vigo-old rename"),
    "app start",
]
WITH_FOLLOWER = [
    *("create", "create", "proxy stop", "app stop"),
    *("app rename", "app.vigo-new rename", "app.vigo-old update"),
    *("proxy rename", "proxy.vigo-new rename", "proxy.vigo-old update"),
    *("app start", "proxy start", "DELETE proxy.vigo-old", "DELETE app.vigo-old"),
]


@pytest.fixture
def memory() -> InMemoryEngine:
    return engine_with(APP)


def commands(way: FaultyWay) -> list[str]:
    found = []
    for call in way.calls:
        method, _space, path = call.partition(" ")
        words = path.replace("/containers/", "").strip("/").replace("/", " ")
        if method != "GET":
            found.append(words if method == "POST" else f"{method} {words}")
    return found


@pytest.mark.parametrize(("change", "expected"), [(NEW, REPLACED), (SHORT, UNDONE)])
def test_the_calls(memory: InMemoryEngine, change: dict[str, Any], expected: list[str]) -> None:
    way = FaultyWay(memory)
    applied(memory, {**APP, **change}, way)
    assert commands(way) == expected


def test_the_calls_with_a_follower(memory: InMemoryEngine) -> None:
    assert applied(memory, PROXY).action == "created"
    way = FaultyWay(memory)
    assert applied(memory, {**APP, **NEW}, way).action == "recreated"
    assert commands(way) == WITH_FOLLOWER


class BusyWay(FaultyWay):
    """A way to an engine that takes seconds for each start."""

    def request(self, method: str, path: str, *arguments: Any, **options: Any) -> Any:
        answer = super().request(method, path, *arguments, **options)
        if path.endswith("/start"):
            self._engine.clock.sleep(3)
        return answer


def test_it_ends_before_its_follower_starts(memory: InMemoryEngine) -> None:
    """The follower has no network then; the cause is the end of the container."""
    assert applied(memory, PROXY).action == "created"
    before = {name: memory.box(name) for name in ("app", "proxy")}
    result = applied(memory, {**APP, **SHORT}, BusyWay(memory))
    assert result.error is not None
    assert (result.action, result.rc, result.error["log"]) == ("failed", 9, "no\n")
    assert result.reason.startswith("container app ended with exit code 9")
    assert {name: memory.box(name) for name in ("app", "proxy")} == before
    assert all(box is not None and box.is_up for box in before.values())


def test_the_old_one_is_kept_until_the_new_one_is_settled(memory: InMemoryEngine) -> None:
    old = memory.box("app")
    result = applied(memory, {**APP, **SHORT})
    assert result.action == "failed"
    assert result.rc == 9
    assert result.error is not None
    assert "no" in result.error["log"]
    assert memory.box("app") is old
    assert old is not None
    assert (old.status, old.policy) == ("running", "always")
    failed = memory.box("app.vigo-failed")
    assert failed is not None
    assert (failed.status, failed.policy) == ("exited", "no")


#: Without our label, and with it if nothing says whose it replaces.
FOREIGN: dict[str, dict[str, str]] = {".vigo-new": {}, ".vigo-old": {}, ".vigo-failed": {}}
UNEXPLAINED = {".vigo-new": {label.SPEC: "{}"}, ".vigo-old": {label.SPEC: "{}"}}


@pytest.mark.parametrize(("suffix", "labels"), [*FOREIGN.items(), *UNEXPLAINED.items()])
def test_a_container_of_somebody_else_with_a_name_that_is_needed(
    memory: InMemoryEngine, suffix: str, labels: dict[str, str]
) -> None:
    body = {"Image": "redis:7-alpine", "HostConfig": {}, "Labels": labels}
    memory.request("POST", f"/containers/create?name=app{suffix}", 1.0, body=body)
    before = {box.id: (box.name, box.status) for box in memory.boxes.values()}
    way = FaultyWay(memory)
    result = applied(memory, {**APP, **NEW}, way)
    assert result.action == "failed"
    assert f"app{suffix}" in result.reason
    assert commands(way) == []
    assert {box.id: (box.name, box.status) for box in memory.boxes.values()} == before


def test_nothing_is_created_beside_a_former_container_that_is_not_known_to_be_ours() -> None:
    """It may be the service itself, which another tool created: both would run."""
    memory = InMemoryEngine()
    memory.have("redis:7-alpine")
    body = {"Image": "redis:7-alpine", "HostConfig": {}}
    memory.request("POST", "/containers/create?name=app.vigo-old", 1.0, body=body)
    way = FaultyWay(memory)
    result = applied(memory, APP, way)
    assert result.action == "failed"
    assert "if it is the previous app, rename it back" in result.reason
    assert commands(way) == []


def test_a_former_container_without_a_successor_gets_its_name_back(memory: InMemoryEngine) -> None:
    app = memory.box("app")
    assert app is not None
    app.name = "app.vigo-old"
    notes: list[str] = []
    assert applied(memory, APP, check=True).action == "updated"
    result = applied(memory, APP, notes=notes)
    assert (result.action, result.reason) == (
        "updated",
        "renamed app.vigo-old back to app after an interrupted replacement",
    )
    assert (app.name, app.status, app.runs) == ("app", "running", 1)
    assert applied(memory, APP).action == "none"


def test_a_former_container_that_is_not_wanted_any_more_is_removed(memory: InMemoryEngine) -> None:
    app = memory.box("app")
    assert app is not None
    app.name = "app.vigo-old"
    assert applied(memory, {**APP, "state": "absent"}).action == "deleted"
    assert memory.names() == set()


@pytest.mark.parametrize("podman", [False, True])
def test_what_is_kept_of_a_follower_that_failed_goes_with_its_network(podman: bool) -> None:
    memory = InMemoryEngine(podman)
    memory.have("redis:7-alpine", "redis:8-alpine")
    for given in (APP, PROXY):
        assert applied(memory, given).action == "created"
    assert applied(memory, {**PROXY, **SHORT}).action == "failed"
    assert "proxy.vigo-failed" in memory.names()
    notes: list[str] = []
    way = FaultyWay(memory)
    assert applied(memory, {**APP, **NEW}, way, notes=notes).action == "recreated"
    assert notes == ["container proxy shares the network of app, and was recreated with it"]
    assert "DELETE proxy.vigo-failed" in commands(way)
    assert sum(command == "create" for command in commands(way)) == 2
    assert memory.names() == {"app", "proxy"}


def test_what_is_left_of_a_follower_is_repaired_before_it_is_recreated(
    memory: InMemoryEngine,
) -> None:
    assert applied(memory, PROXY).action == "created"
    proxy = memory.box("proxy")
    assert proxy is not None
    proxy.name = "proxy.vigo-old"
    notes: list[str] = []
    assert applied(memory, {**APP, **NEW}, notes=notes).action == "recreated"
    assert notes[0] == (
        "container proxy: renamed proxy.vigo-old back to proxy after an interrupted replacement"
    )
    assert memory.names() == {"app", "proxy"}
    assert applied(memory, PROXY).action == "none"


def test_a_follower_that_was_stopped_stays_stopped(memory: InMemoryEngine) -> None:
    assert applied(memory, {**PROXY, "state": "stopped"}).action == "created"
    way = FaultyWay(memory)
    assert applied(memory, {**APP, **NEW}, way).action == "recreated"
    assert "proxy start" not in commands(way)
    proxy, app = memory.box("proxy"), memory.box("app")
    assert proxy is not None
    assert app is not None
    assert (proxy.status, proxy.host["NetworkMode"]) == ("created", f"container:{app.id}")


def test_a_successor_that_is_half_made_takes_no_volume_along() -> None:
    """Podman removes the volumes that a container carries over with it."""
    memory = InMemoryEngine(podman=True)
    memory.have("redis:7-alpine")
    given = {**APP, "networks": ["front", "back"]}
    assert applied(memory, given).action == "created"
    volumes = set(memory.volumes)
    assert volumes
    way = OneWrong(memory, "refuse", "/connect")
    assert applied(memory, {**given, "user": "1"}, way).action == "failed"
    assert commands(way) == ["create", "networks back connect", "DELETE app.vigo-new"]
    assert memory.volumes == volumes


@pytest.mark.parametrize("has_update", [False, True])
def test_the_restart_policy_comes_back_on_podman(has_update: bool) -> None:
    """Podman can change the policy since version 5, so what was switched off is switched on."""
    memory = InMemoryEngine(podman=True)
    memory.has_update = has_update
    memory.have("redis:7-alpine")
    given = {**APP, "restart": "always"}
    assert applied(memory, given).action == "created"
    way = OneWrong(memory, "refuse", "/start")
    assert applied(memory, {**given, "user": "1"}, way).action == "failed"
    app = memory.box("app")
    assert app is not None
    assert (app.status, app.host["RestartPolicy"]["Name"]) == ("running", "always")
    assert applied(memory, given).action == "none"


class OneWrong(FaultyWay):
    """A way on which the first call with a certain end goes wrong, after some that do not."""

    def __init__(self, engine: InMemoryEngine, fault: str, end: str, after: int = 0) -> None:
        super().__init__(engine, fault)
        self._end_of_call, self._left = end, after

    def _fault_of(self, method: str, path: str) -> str:
        super()._fault_of(method, path)
        if not self.calls[-1].endswith(self._end_of_call):
            return ""
        self._left -= 1
        return self._fault if self._left == -1 else ""


UP_TO_START = REPLACED[:-1]
BACK = [*("app rename", "app.vigo-old update"), "app.vigo-old rename", "app start"]
#: case -> fault, the end of the call, how many such calls go well before, action, and all calls
WRONG: dict[str, tuple[str, str, int, str, list[str]]] = {
    "the removal of the former one, once": (
        *("refuse", "DELETE /containers/app.vigo-old", 0, "recreated"),
        [*REPLACED, REPLACED[-1]],
    ),
    "the stop": (
        *("refuse", "/app/stop", 0, "failed"),
        ["create", "app stop", "DELETE app.vigo-new"],
    ),
    "the first rename": (
        *("refuse", "/rename", 0, "failed"),
        ["create", "app stop", "app rename", "app start", "DELETE app.vigo-new"],
    ),
    "the second rename": (
        *("refuse", "/rename", 1, "failed"),
        [
            *("create", "app stop", "app rename", "app.vigo-new rename", "app.vigo-old rename"),
            *("app start", "DELETE app.vigo-new"),
        ],
    ),
    "the start": (
        *("refuse", "/start", 0, "failed"),
        [*UP_TO_START, "app stop", "app update", *BACK],
    ),
    "the start, which gets no answer": (
        *("hang before", "/start", 0, "blocked"),
        [*UP_TO_START, "app stop", "app update", *BACK, "DELETE app.vigo-failed"],
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_the_calls_when_one_goes_wrong(memory: InMemoryEngine, case: str) -> None:
    fault, end, after, action, expected = WRONG[case]
    before = memory.box("app")
    way = OneWrong(memory, fault, end, after)
    result = applied(memory, {**APP, **NEW}, way)
    assert (result.action, commands(way)) == (action, expected)
    app = memory.box("app")
    assert app is not None
    assert (app is before) is result.failed
    assert (app.status, app.policy) == ("running", "always")


def test_a_start_that_fails_twice_on_the_way_back(memory: InMemoryEngine) -> None:
    way = OneWrong(memory, "refuse", "/start", 1)
    assert applied(memory, {**APP, **SHORT}, way).action == "failed"
    app = memory.box("app")
    assert app is not None
    assert app.status == "running"
    assert commands(way)[-2:] == ["app start", "app start"]


def test_the_way_back_starts_nothing_that_did_not_run(memory: InMemoryEngine) -> None:
    memory.request("POST", "/containers/app/stop", 1.0)
    before = memory.box("app")
    result = applied(memory, {**APP, **SHORT})
    assert result.action == "failed"
    assert "The old container was restored;" in result.reason
    assert before is not None
    assert (before.name, before.status) == ("app", "exited")


def test_what_cannot_be_started_is_kept_for_a_look_at_it(memory: InMemoryEngine) -> None:
    result = applied(memory, {**APP, "command": ["nope"]})
    assert result.action == "failed"
    assert result.reason.endswith("the new one was stopped and kept as app.vigo-failed")
    assert memory.names() == {"app", "app.vigo-failed"}
    assert applied(memory, {**APP, **NEW}).action == "recreated"
    assert memory.names() == {"app"}


def test_nothing_stays_of_successors_when_one_cannot_be_created(memory: InMemoryEngine) -> None:
    assert applied(memory, PROXY).action == "created"
    way = OneWrong(memory, "refuse", "/containers/create", 1)
    assert applied(memory, {**APP, **NEW}, way).action == "failed"
    assert commands(way) == ["create", "create", "DELETE app.vigo-new"]
    assert memory.names() == {"app", "proxy"}


@pytest.mark.parametrize("suffix", [".vigo-new", ".vigo-old", ".vigo-failed"])
def test_a_name_that_a_follower_needs(memory: InMemoryEngine, suffix: str) -> None:
    assert applied(memory, PROXY).action == "created"
    body = {"Image": "redis:7-alpine", "HostConfig": {}}
    memory.request("POST", f"/containers/create?name=proxy{suffix}", 1.0, body=body)
    way = FaultyWay(memory)
    result = applied(memory, {**APP, **NEW}, way)
    assert result.action == "failed"
    assert f"proxy{suffix}" in result.reason
    assert commands(way) == []


def test_a_stop_that_the_engine_still_carries_out_is_waited_for(memory: InMemoryEngine) -> None:
    """The former one is up when the way back begins, and is not a moment later."""
    app = memory.box("app")
    assert app is not None
    way = OneWrong(memory, "hang later", "/app/stop")
    assert applied(memory, {**APP, **NEW}, way).action == "blocked"
    memory.clock.sleep(60.0)
    assert (app.name, app.status) == ("app", "running")
    assert commands(way) == ["create", "app stop", "app start", "DELETE app.vigo-new"]


class SilentWay(FaultyWay):
    """A way to an engine that answers nothing from its first start on. asked: how often since."""

    asked = 0

    def request(self, *arguments: Any, **options: Any) -> Any:
        method, path = arguments[:2]
        if self.asked or (method == "POST" and path.endswith("/start")):
            self.asked += 1
            raise TimeoutError("timed out")
        return super().request(*arguments, **options)


def test_a_silent_engine_is_not_asked_about_each_follower(memory: InMemoryEngine) -> None:
    """The start, and the way back twice: each call would take its whole time."""
    assert applied(memory, PROXY).action == "created"
    way = SilentWay(memory)
    result = applied(memory, {**APP, **NEW}, way)
    assert result.action == "blocked"
    assert "The next run tries again" in result.reason
    assert way.asked == 3
    assert applied(memory, {**APP, **NEW}).action == "recreated"
    assert applied(memory, PROXY).action == "none"


#: case -> the container that is created on the engine, and why the other one cannot be replaced
IN_THE_WAY: dict[str, tuple[dict[str, Any], str, bool]] = {
    "of another tool": ({}, "was not created by vigo.bridge", False),
    "of another tool, on Podman": ({}, "was not created by vigo.bridge", True),
    "made with --rm": ({"AutoRemove": True, "ours": True}, "was created with --rm", False),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
@pytest.mark.parametrize("runs", [True, False])
def test_a_follower_that_is_in_the_way(case: str, runs: bool) -> None:
    host, words, podman = IN_THE_WAY[case]
    memory = InMemoryEngine(podman)
    memory.have("redis:7-alpine", "redis:8-alpine")
    assert applied(memory, APP).action == "created"
    other(memory, "proxy", "app", host, runs)
    notes: list[str] = []
    way = FaultyWay(memory)
    result = applied(memory, {**APP, **NEW}, way, notes=notes)
    if runs or podman or host:
        assert result.action == "failed"
        assert words in result.reason
        assert commands(way) == []
    else:
        assert result.action == "recreated"
        assert "cannot be started;" in notes[0]


def other(
    memory: InMemoryEngine, name: str, shares: str, host: dict[str, Any], runs: bool = True
) -> None:
    """Create a container on the network of another one."""
    labels = {label.SPEC: "{}"} if host.get("ours") else {}
    config = {"NetworkMode": f"container:{shares}", **host}
    body = {"Image": "redis:7-alpine", "HostConfig": config, "Labels": labels}
    memory.request("POST", f"/containers/create?name={name}", 1.0, body=body)
    if runs:
        memory.request("POST", f"/containers/{name}/start", 1.0)


def test_a_follower_that_has_followers(memory: InMemoryEngine) -> None:
    assert applied(memory, PROXY).action == "created"
    other(memory, "third", "proxy", {"ours": True})
    way = FaultyWay(memory)
    result = applied(memory, {**APP, **NEW}, way)
    assert result.action == "failed"
    assert "configure all of them to use app instead" in result.reason
    assert commands(way) == []


class LinkedWay(FaultyWay):
    """A way to an engine with a container that has a link to `app`."""

    def request(self, *arguments: Any, **options: Any) -> Any:
        answer = super().request(*arguments, **options)
        if not arguments[1].partition("?")[0].endswith("/containers/json"):
            return answer
        entries = json.loads(answer.content)
        for entry in entries:
            entry["Names"] = [*entry["Names"], "/user/alias"]
        return Answer(200, answer.headers, json.dumps(entries).encode())


def test_a_container_that_others_link_to(memory: InMemoryEngine) -> None:
    way = LinkedWay(memory)
    result = applied(memory, {**APP, **NEW}, way)
    assert result.action == "failed"
    assert "container user has a link (--link) to app" in result.reason
    assert commands(way) == []


@pytest.mark.parametrize(("podman", "action"), [(True, "failed"), (False, "recreated")])
def test_a_container_whose_ipc_namespace_another_one_shares(podman: bool, action: str) -> None:
    memory = InMemoryEngine(podman)
    memory.have("redis:7-alpine", "redis:8-alpine")
    assert applied(memory, APP).action == "created"
    host = {"IpcMode": "container:app"}
    body = {"Image": "redis:7-alpine", "HostConfig": host}
    memory.request("POST", "/containers/create?name=user", 1.0, body=body)
    result = applied(memory, {**APP, **NEW})
    assert result.action == action
    assert ("has ipc: container:app" in result.reason) is podman


def test_a_port_that_is_held_for_a_while_on_the_way_back(memory: InMemoryEngine) -> None:
    """Podman holds a published port for some seconds after a failed start."""
    taken = "address already in use"
    way = SaidWrong(memory, taken, 3)
    began = memory.clock.monotonic()
    assert applied(memory, {**APP, **SHORT}, way).action == "failed"
    app = memory.box("app")
    assert app is not None
    assert app.status == "running"
    assert commands(way)[-4:] == ["app start"] * 4
    assert memory.clock.monotonic() - began < 10


class SaidWrong(FaultyWay):
    """A way on which starts of the former container are refused for a while, in certain words."""

    def __init__(self, engine: InMemoryEngine, words: str, times: int) -> None:
        super().__init__(engine)
        self._words, self._times, self._starts = words, times, 0

    def request(self, *arguments: Any, **options: Any) -> Any:
        method, path = arguments[:2]
        if method == "POST" and path.endswith("/start"):
            self._starts += 1
            if 1 < self._starts <= self._times + 1:
                self._fault_of(method, path)
                content = {"message": self._words}
                return as_json(500, content)
        return super().request(*arguments, **options)


def test_a_follower_of_another_tool_that_a_resource_describes(memory: InMemoryEngine) -> None:
    """It is recreated with the container whose network it shares; any other is in the way."""
    body = {"Image": "redis:7-alpine", "HostConfig": {"NetworkMode": "container:app"}}
    memory.request("POST", "/containers/create?name=proxy", 1.0, body=body)
    memory.request("POST", "/containers/proxy/start", 1.0)
    resources = [
        {"id": f"a/{given['container']}", "type": "container", "docker_host": HOST, **given}
        for given in ({**APP, **NEW}, {**PROXY, "image": "redis:7-alpine"})
    ]
    way = FaultyWay(memory)
    assert applied(memory, {**APP, **NEW}, way).action == "failed"
    assert commands(way) == []
    results, _target = converged(memory, {"resources": resources}, way)
    assert [result.action for result in results] == ["recreated", "recreated"]
    assert memory.names() == {"app", "proxy"}


def test_what_is_kept_of_a_follower_that_is_gone(memory: InMemoryEngine) -> None:
    assert applied(memory, {**PROXY, **SHORT}).action == "failed"
    assert memory.names() == {"app", "proxy.vigo-failed"}
    assert applied(memory, {**APP, **NEW}).action == "recreated"
    assert memory.names() == {"app"}


class KilledWay(OneWrong):
    """A way whose process is killed after the first call with a certain end."""

    def __init__(self, engine: InMemoryEngine, end: str) -> None:
        super().__init__(engine, "kill after", end)


@pytest.mark.parametrize(
    ("change", "action", "words"),
    [
        (NEW, "updated", "finished an interrupted replacement"),
        (SHORT, "failed", "ended with exit code 9"),
    ],
)
def test_a_run_that_was_killed_after_the_start(
    memory: InMemoryEngine, change: dict[str, Any], action: str, words: str
) -> None:
    """The next run waits for the new container as the killed one would have."""
    before = memory.box("app")
    with pytest.raises(Killed):
        applied(memory, {**APP, **change}, KilledWay(memory, "/start"))
    result = applied(memory, {**APP, **change})
    assert (result.action, words in result.reason) == (action, True), result.reason
    app = memory.box("app")
    assert app is not None
    assert app.is_up
    assert (app is before) is result.failed
