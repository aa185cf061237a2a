# SPDX-License-Identifier: GPL-3.0-or-later
"""``update: start-first``, call by call, on an engine in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import Engine
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import (
    start_beside,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace.rollback import (
    Swap,
)
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FaultyWay, Killed
from tests.unit.in_memory_engine.use import HOST, applied, converged, engine_with, in_use
from tests.unit.module_utils.types.container.test_replacing import (
    NEW,
    LinkedWay,
    commands,
    other,
)

APP: dict[str, Any] = {
    "container": "app",
    "restart": "always",
    "update": "start-first",
    "share_volumes": True,
}
SHORT = {**NEW, "command": ["sh", "-c", "echo no; sleep 1; exit 9"]}
#: It ends after it is settled, and before the old one would be stopped.
ENDS_LATER = {**NEW, "command": ["sh", "-c", "echo no; sleep 5; exit 9"]}
PRE_STOP = {"pre_stop": ["sleep", "2"]}
FAILING = {"pre_stop": ["sh", "-c", "exit 3"]}

STARTED = ["create", "app.vigo-new start"]
SWAPPED = [
    *STARTED,
    *("app.vigo-new update", "app rename", "app.vigo-new rename", "APP rename"),
    "app.vigo-old update",
]
REPLACED = [*SWAPPED, "app.vigo-old stop", "DELETE app.vigo-old"]
PUT_ASIDE = ["app.vigo-new stop", "app.vigo-new update", "app.vigo-new rename"]
SWAPPED_BACK = ["app.vigo-old rename", "app rename", "APP rename"]
TURNED_OFF = ["app.vigo-failed stop", "app.vigo-failed update"]


@pytest.fixture
def memory() -> InMemoryEngine:
    return engine_with(APP)


def without_commands(calls: list[str]) -> list[str]:
    return [call for call in calls if "exec" not in call]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (NEW, REPLACED),
        ({**NEW, "restart": "no"}, [call for call in REPLACED if call != "app.vigo-new update"]),
        ({**NEW, **PRE_STOP}, REPLACED),
        (SHORT, [*STARTED, *PUT_ASIDE]),
        ({**NEW, **FAILING}, [*SWAPPED, "app.vigo-old update", *SWAPPED_BACK, *TURNED_OFF]),
        # One that restarts cannot be renamed.
        (
            ENDS_LATER,
            [
                *SWAPPED,
                *("app.vigo-old update", "app stop", *SWAPPED_BACK, "app.vigo-failed update"),
            ],
        ),
    ],
)
def test_the_calls(memory: InMemoryEngine, change: dict[str, Any], expected: list[str]) -> None:
    way = FaultyWay(memory)
    applied(memory, {**APP, **change}, way)
    assert without_commands(commands(way)) == expected


def test_a_replacement(memory: InMemoryEngine) -> None:
    old = memory.box("app")
    predicted = applied(memory, {**APP, **NEW}, check=True)
    assert memory.box("app") is old
    result = applied(memory, {**APP, **NEW})
    assert (predicted.action, predicted.reason) == (result.action, result.reason)
    assert result.reason == "image redis:7-alpine -> redis:8-alpine, start-first"
    app = memory.box("app")
    assert app is not None
    assert app is not old
    assert (app.status, app.policy) == ("running", "always")
    assert memory.names() == {"app"}
    assert applied(memory, {**APP, **NEW}).action == "none"


class Times(FaultyWay):
    """A way that notes when each container is stopped. at: seconds, by its name."""

    def __init__(self, memory: InMemoryEngine) -> None:
        super().__init__(memory)
        self.at: dict[str, float] = {}

    def request(self, *arguments: Any, **options: Any) -> Any:
        method, path = arguments[:2]
        if method == "POST" and path.endswith(("/stop", "/rename")):
            self.at[commands_of(self, path)] = self._engine.clock.monotonic()
        return super().request(*arguments, **options)


def commands_of(way: FaultyWay, path: str) -> str:
    return way._named(path).replace("/containers/", "").replace("/", " ")


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({}, 10.0),
        ({"drain_time": "90s"}, 90.0),
        ({"drain_time": 0}, 0.0),
        ({"drain_time": "3s", **PRE_STOP}, 5.0),
    ],
)
def test_the_old_one_has_its_time(
    memory: InMemoryEngine, options: dict[str, Any], seconds: float
) -> None:
    before, way = memory.clock.monotonic(), Times(memory)
    assert applied(memory, {**APP, **NEW, **options}, way).action == "recreated"
    stopped = next(time for call, time in way.at.items() if call.endswith("app.vigo-old stop"))
    assert stopped - before == pytest.approx(2.0 + seconds, abs=0.2)  # settle_time is 2 s.


def test_stop_first_waits_as_well(memory: InMemoryEngine) -> None:
    before, way = memory.clock.monotonic(), Times(memory)
    wanted = {**APP, **NEW, **PRE_STOP, "update": "stop-first", "drain_time": "3s"}
    assert applied(memory, wanted, way).action == "recreated"
    assert way.at["app stop"] - before == pytest.approx(5.0, abs=0.2)


def test_stop_first_makes_no_call_more(memory: InMemoryEngine) -> None:
    ways = []
    for change in (NEW, {"image": "redis:7-alpine"}):
        way = FaultyWay(memory)
        applied(memory, {"container": "app", "restart": "always", **change}, way)
        ways.append([call for call in way.calls if "exec" in call])
    assert ways == [[], []]


@pytest.mark.parametrize("update", ["start-first", "stop-first"])
@pytest.mark.parametrize(
    ("pre_stop", "words"),
    [
        (FAILING, "pre_stop failed in the old container with exit code 3"),
        (
            {"pre_stop": ["sleep", "9"], "pre_stop_timeout": "2s"},
            "pre_stop did not end in the old container within 2 s",
        ),
        (
            {"pre_stop": "no-such-program", "pre_stop_on": "host"},
            "pre_stop could not run on the host: the command could not be started",
        ),
        (
            {"pre_stop": ["sh", "-c", "echo seen; exit 4"], "pre_stop_on": "host"},
            "pre_stop failed on the host with exit code 4",
        ),
    ],
)
def test_pre_stop_that_fails(
    memory: InMemoryEngine, update: str, pre_stop: dict[str, Any], words: str
) -> None:
    old = memory.box("app")
    wanted = {**APP, **NEW, **pre_stop, "update": update}
    result = applied(memory, wanted)
    assert result.action == "failed"
    assert words in result.reason
    assert "correct the command, or set pre_stop_failure: warning. The old container keeps" in (
        result.reason
    )
    if pre_stop.get("pre_stop_on") and "sh" in pre_stop["pre_stop"]:
        assert result.error is not None
        assert result.error["log"] == "seen\n"
    assert memory.box("app") is old
    assert old is not None
    assert (old.status, old.policy, old.runs) == ("running", "always", 1)
    assert [box.name for box in memory.boxes.values() if box.has_process] == ["app"]
    notes: list[str] = []
    assert applied(memory, {**wanted, "pre_stop_failure": "warning"}, notes=notes).action == (
        "recreated"
    )
    assert len(notes) == 1
    assert words in notes[0]
    assert notes[0].endswith("; the update continues")


@pytest.mark.parametrize(
    ("pre_stop", "words"),
    [
        (["sh", "-c", "exit 3"], "failed in the old container with exit code 3"),
        (["sleep", "9"], "did not end in the old container within 2 s"),
        (["true"], ""),
    ],
)
def test_pre_stop_on_podman(pre_stop: list[str], words: str) -> None:
    """It reports of a command that nobody is connected to that it still runs."""
    memory = InMemoryEngine(podman=True)
    memory.have("redis:7-alpine", "redis:8-alpine")
    assert applied(memory, {"container": "app"}).action == "created"
    wanted = {"container": "app", **NEW, "pre_stop": pre_stop, "pre_stop_timeout": "2s"}
    result = applied(memory, wanted)
    assert result.action == ("failed" if words else "recreated")
    assert words in result.reason


def test_pre_stop_on_the_host(memory: InMemoryEngine, tmp_path: Path) -> None:
    wanted = {**APP, **NEW, "pre_stop_on": "host", "pre_stop": ["touch", str(tmp_path / "seen")]}
    assert applied(memory, wanted, check=True).action == "recreated"
    assert not (tmp_path / "seen").exists()
    assert applied(memory, wanted).action == "recreated"
    assert (tmp_path / "seen").exists()
    assert memory.commands == {}


def test_pre_stop_runs_in_the_old_container(memory: InMemoryEngine) -> None:
    old = memory.box("app")
    way = FaultyWay(memory)
    assert applied(memory, {**APP, **NEW, **PRE_STOP}, way).action == "recreated"
    assert "POST /containers/app.vigo-old/exec" in way.calls
    assert old is not None
    assert [command["Cmd"] for command in memory.commands.values()] == [["sleep", "2"]]


def test_a_new_one_that_ends_later(memory: InMemoryEngine) -> None:
    old = memory.box("app")
    result = applied(memory, {**APP, **ENDS_LATER})
    assert result.action == "failed"
    assert "the new container settled, but" in result.reason
    assert result.error is not None
    assert "no" in result.error["log"]
    assert memory.box("app") is old
    assert old is not None
    assert (old.status, old.policy, old.runs) == ("running", "always", 1)
    failed = memory.box("app.vigo-failed")
    assert failed is not None
    assert (failed.status, failed.policy) == ("exited", "no")
    assert applied(memory, {**APP, **NEW}).action == "recreated"
    assert memory.names() == {"app"}


def test_an_unhealthy_new_one_never_has_the_name(memory: InMemoryEngine) -> None:
    old = memory.box("app")
    check = {"test": "false", "interval": "1s", "retries": 2}
    way = FaultyWay(memory)
    result = applied(memory, {**APP, **NEW, "healthcheck": check, "health_timeout": "5s"}, way)
    assert result.action == "failed"
    assert "did not become healthy within 5 s" in result.reason
    assert result.reason.endswith("and kept as app.vigo-failed")
    assert memory.box("app") is old
    assert commands(way) == [*STARTED, *PUT_ASIDE]


def test_another_container_on_its_network(memory: InMemoryEngine) -> None:
    other(memory, "proxy", "app", {"ours": True})
    for check in (True, False):
        way = FaultyWay(memory)
        result = applied(memory, {**APP, **NEW}, way, check=check)
        assert result.action == "failed"
        assert "start-first cannot replace app: container proxy shares its network" in result.reason
        assert commands(way) == []
    assert applied(memory, APP).action == "none"


def test_a_container_that_others_link_to(memory: InMemoryEngine) -> None:
    way = LinkedWay(memory)
    assert "has a link (--link) to app" in applied(memory, {**APP, **NEW}, way).reason
    assert commands(way) == []


@pytest.mark.parametrize("suffix", [".vigo-new", ".vigo-old", ".vigo-failed"])
def test_a_name_that_is_needed(memory: InMemoryEngine, suffix: str) -> None:
    body = {"Image": "redis:7-alpine", "HostConfig": {}}
    memory.request("POST", f"/containers/create?name=app{suffix}", 1.0, body=body)
    way = FaultyWay(memory)
    result = applied(memory, {**APP, **NEW}, way)
    assert (result.action, f"app{suffix}" in result.reason) == ("failed", True)
    assert commands(way) == []


@pytest.mark.parametrize("check", [True, False])
def test_podman_is_refused(check: bool) -> None:
    memory = InMemoryEngine(podman=True)
    memory.have("redis:7-alpine")
    result = applied(memory, APP, check=check)
    assert result.action == "failed"
    assert "update: start-first is not supported on Podman" in result.reason
    assert memory.names() == set()
    assert applied(memory, {**APP, "update": "stop-first"}).action == "created"
    assert applied(memory, {**APP, "state": "absent"}).action == "deleted"


def test_what_is_not_part_of_the_container(memory: InMemoryEngine) -> None:
    """A change of how it is updated changes nothing."""
    for change in ({"update": "stop-first"}, {"drain_time": 5}, PRE_STOP, {"share_volumes": True}):
        assert applied(memory, {**APP, **change}).action == "none"


def test_volumes_are_shared_for_the_while(memory: InMemoryEngine) -> None:
    assert applied(memory, {**APP, "volumes": "kept:/kept"}).action == "recreated"
    before = {mount["Destination"]: mount["Name"] for mount in mounts(memory)}
    assert applied(memory, {**APP, **NEW, "volumes": "kept:/kept"}).action == "recreated"
    assert {mount["Destination"]: mount["Name"] for mount in mounts(memory)} == before
    assert set(before) == {"/data", "/kept"}


def mounts(memory: InMemoryEngine) -> list[dict[str, Any]]:
    app = memory.box("app")
    assert app is not None
    found: list[dict[str, Any]] = app.payload["Mounts"]
    return found


def test_older_images_are_removed(memory: InMemoryEngine) -> None:
    assert applied(memory, {**APP, **NEW, "keep_images": 0}).action == "recreated"
    assert list(memory.images) == ["redis:8-alpine"]


def test_in_a_graph(memory: InMemoryEngine) -> None:
    resources: list[dict[str, Any]] = [
        {"id": f"a/{name}", "type": "container", "docker_host": HOST, **APP, **NEW}
        | {"container": name}
        for name in ("app", "web")
    ]
    resources[1]["depends_on"] = ["a/app"]
    results, _target = converged(memory, {"resources": resources})
    assert [result.action for result in results] == ["recreated", "created"]
    assert memory.names() == {"app", "web"}


#: The end of the call after which the run is killed: the containers then, and what the next run
#: does.
KILLED: dict[str, tuple[set[str], str, str]] = {
    "/start": ({"app", "app.vigo-new"}, "recreated", "removed app.vigo-new, left by"),
    "/app/rename": ({"APP", "app.vigo-new"}, "updated", "finished an interrupted"),
    "/app.vigo-new/rename": ({"APP", "app"}, "updated", "finished an interrupted"),
    "/APP/rename": ({"app.vigo-old", "app"}, "updated", "finished an interrupted"),
    "/app.vigo-old/stop": ({"app.vigo-old", "app"}, "updated", "finished an interrupted"),
    "/app.vigo-old": ({"app"}, "none", ""),
}


class KilledAfter(FaultyWay):
    """A way whose process is killed after the first call of its kind. end: of its path."""

    def __init__(self, memory: InMemoryEngine, end: str) -> None:
        super().__init__(memory, "kill after")
        self._end_of_path = end

    def _fault_of(self, method: str, path: str) -> str:
        if method != "GET" and not self._ended and self._named(path).endswith(self._end_of_path):
            self._at = len(self.calls) + 1
        return super()._fault_of(method, path)


@pytest.mark.parametrize("end", KILLED)
def test_a_run_that_was_killed(memory: InMemoryEngine, end: str) -> None:
    names, action, words = KILLED[end]
    with pytest.raises(Killed):
        applied(memory, {**APP, **NEW}, KilledAfter(memory, end))
    assert memory.names() == names
    predicted = applied(memory, {**APP, **NEW}, check=True)
    assert memory.names() == names
    result = applied(memory, {**APP, **NEW})
    assert (predicted.action, result.action) == (action, action)
    assert words in result.reason
    assert memory.names() == {"app"}
    assert applied(memory, {**APP, **NEW}).action == "none"


def test_a_renaming_that_the_engine_still_carries_out(memory: InMemoryEngine) -> None:
    """The next run begins when the killed one's call is not done yet."""
    with pytest.raises(Killed):
        applied(memory, {**APP, **NEW}, KilledAfter(memory, "/app.vigo-new/update"))
    app = memory.box("app")
    assert app is not None
    rename = f"/containers/{app.id}/rename?name=APP"
    memory.clock.later(0.5, lambda: memory.request("POST", rename, 1.0))
    result = applied(memory, {**APP, **NEW})
    assert (result.action, result.reason) == ("updated", "finished an interrupted replacement")
    assert memory.names() == {"app"}


def test_pre_stop_is_repeated_by_the_next_run(memory: InMemoryEngine) -> None:
    wanted = {**APP, **NEW, **PRE_STOP}
    with pytest.raises(Killed):
        applied(memory, wanted, KilledAfter(memory, "/exec"))
    before, way = memory.clock.monotonic(), Times(memory)
    assert applied(memory, wanted, way).action == "updated"
    stopped = next(time for call, time in way.at.items() if call.endswith("app.vigo-old stop"))
    assert stopped - before == pytest.approx(14.0, abs=0.2)  # settle_time, pre_stop, drain_time


@pytest.mark.parametrize("end", ["/app/rename", "/APP/rename"])
def test_the_new_one_finishes_its_requests_if_the_way_back_was_killed(
    memory: InMemoryEngine, end: str
) -> None:
    """It had the name, and proxies may still use its address."""
    wanted = {**APP, **NEW, **FAILING}
    way = FaultyWay(memory)
    applied(memory, wanted, way)
    at = len(way.calls) - [call.endswith(end) for call in way.calls[::-1]].index(True)
    memory = engine_with(APP)
    with pytest.raises(Killed):
        applied(memory, wanted, FaultyWay(memory, "kill after", at))
    before, times = memory.clock.monotonic(), Times(memory)
    applied(memory, APP, times)
    stopped = next(time for call, time in times.at.items() if call == "app.vigo-failed stop")
    assert stopped - before == pytest.approx(10.0, abs=0.2)
    assert memory.names() == {"app", "app.vigo-failed"}


def test_a_killed_run_whose_new_container_ended(memory: InMemoryEngine) -> None:
    old = memory.box("app")
    wanted = {**APP, **NEW, "restart": "no"}
    with pytest.raises(Killed):
        applied(memory, wanted, KilledAfter(memory, "/app.vigo-new/rename"))
    memory.request("POST", "/containers/app/kill", 1.0)
    assert applied(memory, wanted, check=True).action == "recreated"
    result = applied(memory, APP)
    assert result.action == "updated"
    assert "restored the old container" in result.reason
    assert memory.box("app") is old
    assert memory.names() == {"app", "app.vigo-failed"}


class Resolving(FaultyWay):
    """A way that notes calls after which no running container had the name, in Docker's DNS."""

    def __init__(self, memory: InMemoryEngine) -> None:
        super().__init__(memory)
        self.gaps: list[str] = []

    def request(self, *arguments: Any, **options: Any) -> Any:
        answer = super().request(*arguments, **options)
        boxes = self._engine.boxes.values()
        if not any(box.is_up and box.name.lower() == "app" for box in boxes):
            self.gaps.append(self.calls[-1])
        return answer


@pytest.mark.parametrize("change", [NEW, {**NEW, **PRE_STOP}, SHORT, {**NEW, **FAILING}])
def test_the_name_can_always_be_resolved(memory: InMemoryEngine, change: dict[str, Any]) -> None:
    way = Resolving(memory)
    applied(memory, {**APP, **change}, way)
    assert way.gaps == []


@pytest.mark.parametrize("end", KILLED)
def test_it_can_be_resolved_while_an_update_is_finished(memory: InMemoryEngine, end: str) -> None:
    with pytest.raises(Killed):
        applied(memory, {**APP, **NEW}, KilledAfter(memory, end))
    way = Resolving(memory)
    assert not applied(memory, {**APP, **NEW}, way).failed
    assert way.gaps == []


#: A container's name -> the old one's names while the new one takes it.
NAMES = {
    "shop": ["SHOP", "shop.vigo-old"],
    "Shop-Api_2": ["sHOP-aPI_2", "Shop-Api_2.vigo-old"],
    "X2": ["x2", "X2.vigo-old"],
    "2024.1": ["2024.1.vigo-old"],
    # There is a container with the other case.
    "db": ["db.vigo-old"],
}


@pytest.mark.parametrize("name", NAMES)
def test_the_names_of_the_old_one(memory: InMemoryEngine, name: str) -> None:
    wanted = {**APP, "container": name}
    for container in (wanted, {"container": "DB"}):
        assert applied(memory, container).action == "created"
    other = memory.box("DB")
    way = FaultyWay(memory)
    assert applied(memory, {**wanted, **NEW}, way).action == "recreated"
    renamed = [call for call in commands(way) if call.endswith(" rename")]
    holders = [name, f"{name}.vigo-new", *NAMES[name][:-1]]
    assert renamed == [f"{holder} rename" for holder in holders]
    assert memory.names() == {"app", "DB", name}
    assert memory.box("DB") is other
    assert applied(memory, {**wanted, **NEW}).action == "none"


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_renaming_that_fails(memory: InMemoryEngine, number: int) -> None:
    """The old one keeps running, and has its name again."""
    old = memory.box("app")
    way = FaultyWay(memory)
    applied(memory, {**APP, **NEW}, way)
    renames = [at for at, call in enumerate(way.calls, start=1) if call.endswith("/rename")]
    memory = engine_with(APP)
    old = memory.box("app")
    result = applied(memory, {**APP, **NEW}, FaultyWay(memory, "refuse", renames[number - 1]))
    assert result.failed
    assert memory.box("app") is old
    assert memory.names() == {"app", "app.vigo-failed"}


def test_the_label_of_a_replacement(memory: InMemoryEngine) -> None:
    assert applied(memory, {**APP, **NEW}).action == "recreated"
    app = memory.box("app")
    assert app is not None
    assert app.payload["Config"]["Labels"][label.STRATEGY] == "start-first"
    assert applied(memory, {**APP, "update": "stop-first"}).action == "recreated"
    app = memory.box("app")
    assert app is not None
    assert label.STRATEGY not in app.payload["Config"]["Labels"]


def a_swap(old: str, new: str) -> Swap:
    wanted = spec.parse({**APP, "image": "redis:7-alpine", "docker_host": HOST})
    return Swap(wanted, old, new)


def test_a_new_one_that_was_removed_by_something_else(memory: InMemoryEngine) -> None:
    """The old one keeps its name, and goes on."""
    box = memory.box("app")
    assert box is not None
    with in_use(memory):
        engine = Engine(HOST)
        start_beside.swap_back(engine, a_swap(box.id, "gone"), doubtful=False)
        with pytest.raises(ResourceError) as raised:
            start_beside._refuse_to_stop(engine, a_swap(box.id, "gone"), box.id)
    assert [(each.name, each.is_up) for each in memory.boxes.values()] == [("app", True)]
    assert raised.value.message == (
        "container app: the new container was removed by something else; find out why, and run"
        " again"
    )


def test_an_old_one_that_was_removed_by_something_else(memory: InMemoryEngine) -> None:
    """The new one is left as it is."""
    box = memory.box("app")
    assert box is not None
    with in_use(memory), pytest.raises(ResourceError) as raised:
        start_beside.swap_back(Engine(HOST), a_swap("0123456789abcdef", box.id), doubtful=False)
    assert raised.value.message == (
        "container app: the former container 0123456789ab was removed by something else, so it"
        " cannot be restored; run again to recreate it"
    )
    assert [(each.name, each.is_up) for each in memory.boxes.values()] == [("app", True)]


def test_an_old_one_that_is_gone_needs_no_stop(memory: InMemoryEngine) -> None:
    box = memory.box("app")
    assert box is not None
    with in_use(memory):
        start_beside._stop_with_retry(Engine(HOST), "gone")
        start_beside._stop_with_retry(Engine(HOST), box.id)
    assert not box.is_up
