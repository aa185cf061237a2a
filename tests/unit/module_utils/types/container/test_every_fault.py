# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault in every call: the service is there, and the next run brings it where it should be.

Each scenario is applied once to see its calls. Then a copy of its scene meets each fault of each
call, and is applied again without any fault.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from tests.unit.in_memory_engine.engine import InMemoryEngine
from tests.unit.in_memory_engine.faults import FAULTS, FaultyWay, Killed
from tests.unit.in_memory_engine.use import applied

SERVICE: dict[str, Any] = {"container": "app", "restart": "always", "stop_timeout": 1}
BROKEN = {"image": "redis:8-alpine", "command": ["sh", "-c", "echo no; sleep 0.5; exit 9"]}
#: Those that leave the engine, or what we know of it, in a state that no other does. The rest is
#: for long tests.
USUAL = ("refuse", "hang later", "cut after", "kill after")
#: What a question meets: it changes nothing, so that most faults are alike.
OF_QUESTIONS = ("refuse",)


@dataclass(frozen=True)
class Scenario:
    """before: is applied first. change: beside that. then: what is wanted after the fault; by
    default the same as with it. others: containers of other resources, applied after the first.
    paused: whether somebody has paused the container before its change.
    """

    before: Mapping[str, Any] | None
    change: Mapping[str, Any]
    then: Mapping[str, Any] | None = None
    others: Sequence[Mapping[str, Any]] = field(default=())
    paused: bool = False

    @property
    def is_side_by_side(self) -> bool:
        """Whether both containers run for a while."""
        return self.changed.get("update") == "start-first"

    @property
    def starts_again(self) -> bool:
        """Whether it runs after a restart of the engine."""
        return bool(self.changed["restart"] == "always")

    @property
    def changed(self) -> dict[str, Any]:
        return {**SERVICE, **(self.before or {}), **self.change}

    @property
    def wanted(self) -> dict[str, Any]:
        if self.then is None:
            return self.changed
        return {**SERVICE, **(self.before or {}), **self.then}


PROXY = {"container": "proxy", "network_mode": "container:app"}
BESIDE = {"update": "start-first", "share_volumes": True, "drain_time": "3s"}
CHECKED = {"healthcheck": {"test": "true", "interval": "1s"}}
#: It is settled by then, and the old one not stopped yet.
ENDS_LATER = {"image": "redis:8-alpine", "command": ["sh", "-c", "echo no; sleep 4; exit 9"]}
UNHEALTHY = {"image": "redis:8-alpine", "health_timeout": "4s"} | {
    "healthcheck": {"test": "false", "interval": "1s", "retries": 2}
}
SCENARIOS = {
    "created": Scenario(None, {}),
    "created on networks": Scenario(None, {"networks": ["front", "back"]}),
    "created, but it fails": Scenario(None, BROKEN, then={}),
    "replaced": Scenario({}, {"image": "redis:8-alpine"}),
    "replaced, pulled before": Scenario({}, {"image": "redis:9-alpine"}),
    "replaced on networks": Scenario(
        {"networks": ["front", "back"], "volumes": "kept:/kept"}, {"user": "1000"}
    ),
    "replaced, but it fails": Scenario({}, BROKEN, then={}),
    "replaced and corrected": Scenario({}, BROKEN, then={"image": "redis:8-alpine"}),
    "replaced beside": Scenario(BESIDE, {"image": "redis:8-alpine"}),
    "replaced beside, healthy": Scenario(BESIDE | CHECKED, {"image": "redis:8-alpine"}),
    "replaced beside, unhealthy": Scenario(BESIDE, UNHEALTHY, then={}),
    "replaced beside on networks": Scenario(
        BESIDE | {"networks": ["front", "back"], "volumes": "kept:/kept"}, {"user": "1000"}
    ),
    "replaced beside, but it fails": Scenario(BESIDE, BROKEN, then={}),
    "replaced beside, but it ends later": Scenario(BESIDE, ENDS_LATER, then={}),
    "replaced beside, but it ends later for good": Scenario(
        BESIDE | {"restart": "no"}, ENDS_LATER, then={}
    ),
    "replaced beside and corrected": Scenario(BESIDE, BROKEN, then={"image": "redis:8-alpine"}),
    "replaced beside after pre_stop": Scenario(
        BESIDE | {"pre_stop": ["sleep", "1"]}, {"image": "redis:8-alpine"}
    ),
    "replaced beside, but pre_stop fails": Scenario(
        BESIDE | {"pre_stop": "false"},
        {"image": "redis:8-alpine"},
        then={"pre_stop_failure": "warning"},
    ),
    "replaced after pre_stop": Scenario(
        {"pre_stop": ["sleep", "1"], "drain_time": "2s"}, {"image": "redis:8-alpine"}
    ),
    "replaced beside while stopped": Scenario(BESIDE | {"state": "stopped"}, {"user": "1000"}),
    "replaced while stopped": Scenario({"state": "stopped"}, {"user": "1000"}),
    "replaced while paused": Scenario({}, {"image": "redis:8-alpine"}, paused=True),
    "replaced and stopped": Scenario({}, {"user": "1000", "state": "stopped"}),
    "replaced with a follower": Scenario({}, {"image": "redis:8-alpine"}, others=[PROXY]),
    "replaced with a follower, but it fails": Scenario({}, BROKEN, then={}, others=[PROXY]),
    "changed in place": Scenario({}, {"restart": "unless-stopped"}),
    "started": Scenario({"state": "stopped"}, {"state": "running"}),
    "stopped": Scenario({}, {"state": "stopped"}),
    "removed": Scenario({}, {"state": "absent"}),
    "removed with its volumes": Scenario({}, {"state": "absent", "remove_volumes": True}),
}
#: Those that take the longest, or differ little from others.
LONG = {
    *("replaced beside, healthy", "replaced beside, but it fails"),
    *("replaced beside on networks", "replaced beside, unhealthy", "replaced after pre_stop"),
    *("replaced beside, but it ends later for good", "replaced beside and corrected"),
    *("replaced beside while stopped", "replaced beside after pre_stop"),
    "replaced with a follower, but it fails",
}

#: Nearly all of their repairs make the same calls as those of other scenarios.
LIKE_OTHERS = {
    *("replaced, pulled before", "replaced while paused", "replaced beside, but pre_stop fails"),
}


def named(*prefixes: str) -> list[Any]:
    """Return the names of the scenarios that begin so; the long ones are for long tests."""
    return [
        pytest.param(name, marks=[pytest.mark.sweep] if name in LONG else [])
        for name in SCENARIOS
        if name.startswith(prefixes)
    ]


class Scene:
    """An engine with somebody else's containers on it, and a scenario up to its change."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.memory = InMemoryEngine()
        self.memory.have("redis:7-alpine", "redis:8-alpine")
        self.memory.offer("redis:9-alpine")
        for name in ("db", "db.vigo-old", "app2"):
            self._somebody_elses(name)
        self.foreign = self._foreign()
        if scenario.before is not None:
            self._bring({**SERVICE, **scenario.before})
        for other in scenario.others:
            self._bring(other)
        if scenario.paused:
            self.memory.request("POST", "/containers/app/pause", 1.0)
        app = self.memory.box("app")
        self.volumes = self._volumes("app") if app else {}
        self.was_up = app is not None and app.is_up
        self.has_service = scenario.before is not None and self.is_wanted

    def copy(self) -> Scene:
        copied: Scene = pickle.loads(pickle.dumps(self))
        return copied

    @property
    def is_wanted(self) -> bool:
        return self.scenario.wanted.get("state") != "absent"

    def changed(self, way: FaultyWay) -> Result | None:
        """Run, and return the result; None if the process was killed."""
        return self._run(self.scenario.changed, way)

    def repaired(self, way: FaultyWay) -> Result | None:
        """Run again, and return the result; None if the process was killed."""
        return self._run(self.scenario.wanted, way)

    def _run(self, attributes: Mapping[str, Any], way: FaultyWay) -> Result | None:
        try:
            return applied(self.memory, attributes, way)
        except Killed:
            return None

    def restart_daemon(self) -> None:
        self.memory.restart_daemon()
        self.foreign = self._foreign()

    def assert_safe(self) -> None:
        """Check that nothing is lost, nothing runs twice, and nothing of others was changed."""
        names = ("app", "APP", "app.vigo-old", "app.vigo-new", "app.vigo-failed")
        boxes = [self.memory.box(name) for name in names]
        assert not self.has_service or any(boxes[:4]), "both containers are gone"
        running = [box.name for box in boxes if box and box.has_process]
        if self.scenario.is_side_by_side:
            self._assert_serving()
        else:
            assert len(running) <= 1, f"run at once: {running}"
        assert self._foreign() == self.foreign

    def _assert_serving(self) -> None:
        """Check that a container runs that has or had the name. A new one does not count before."""
        if self.has_service and self.was_up:
            boxes = [self.memory.box(name) for name in ("app", "APP", "app.vigo-old")]
            assert any(box is not None and box.is_up for box in boxes)

    def assert_one(self) -> None:
        """Check that one container serves at most."""
        running = [box.name for box in self.memory.boxes.values() if box.has_process]
        ours = [
            name for name in running if name.lower().startswith("app") and name not in self.foreign
        ]
        assert len(ours) <= 1, f"still run at once: {ours}"

    def assert_back(self) -> None:
        """Check that it is as it was, or as it should be, where the engine still answers."""
        self.assert_one()
        app = self.memory.box("app")
        if self.has_service and self.was_up and self.scenario.wanted.get("state") != "stopped":
            assert app is not None, self.memory.names()
            assert app.is_up, app.status
        for other in self.scenario.others:
            box = self.memory.box(other["container"])
            assert box is not None, self.memory.names()
            assert box.is_up, box.status

    def assert_converges(self, converged: set[bytes], may_keep: Collection[str] = ()) -> None:
        """Check that the next runs finish. converged: all that is known of the scenes from which
        they did, which are not tried again; many faults leave the same. may_keep: what may be left
        beside what failed in the end.
        """
        known = pickle.dumps((self, sorted(may_keep)))
        if known in converged:
            return
        self._assert_converges(may_keep)
        converged.add(known)

    def _assert_converges(self, may_keep: Collection[str]) -> None:
        for _run in range(2):
            result = applied(self.memory, self.scenario.wanted)
            assert not result.failed, result.reason
            self.assert_safe()
            self.assert_one()
            if result.action == "none":
                break
        assert result.action == "none", result.reason
        for other in self.scenario.others:
            assert not applied(self.memory, other).failed
            assert applied(self.memory, other).action == "none"
        self._assert_as_wanted(may_keep)

    def _assert_as_wanted(self, may_keep: Collection[str]) -> None:
        wanted, app = self.scenario.wanted, self.memory.box("app")
        assert (app is not None) is self.is_wanted
        if app is not None:
            assert app.is_up is (wanted.get("state") != "stopped"), app.status
            assert app.policy == wanted["restart"]
            assert app.payload["Config"]["Image"] == wanted.get("image", "redis:7-alpine")
            assert set(wanted.get("networks", ("bridge",))) == set(app.networks)
            if self.volumes:
                assert self._volumes("app") == self.volumes
        for other in self.scenario.others:
            box = self.memory.box(other["container"])
            assert box is not None
            assert app is not None
            assert box.host["NetworkMode"] == f"container:{app.id}"
        ours = {"app", *(other["container"] for other in self.scenario.others)}
        then = self.scenario.then
        is_given_up = then is not None and "image" not in then
        kept = {"app.vigo-failed"} if is_given_up else set(may_keep)
        left = self.memory.names() - set(self.foreign)
        assert left - kept == (ours if self.is_wanted else ours - {"app"})
        if wanted.get("remove_volumes"):
            assert self.memory.volumes == self._foreign_volumes()

    def _bring(self, attributes: Mapping[str, Any]) -> None:
        result = applied(self.memory, attributes)
        assert not result.failed, result.reason

    def _somebody_elses(self, name: str) -> None:
        body = {"Image": "redis:7-alpine", "HostConfig": {}}
        self.memory.request("POST", f"/containers/create?name={name}", 1.0, body=body)
        self.memory.request("POST", f"/containers/{name}/start", 1.0)

    def _foreign(self) -> dict[str, Any]:
        found = [self.memory.box(name) for name in ("db", "db.vigo-old", "app2")]
        return {box.name: (box.id, box.status, box.runs) for box in found if box}

    def _foreign_volumes(self) -> set[str]:
        found = [self._volumes(name) for name in self.foreign]
        return {name for volumes in found for name in volumes.values()}

    def _volumes(self, name: str) -> dict[str, str]:
        box = self.memory.box(name)
        assert box is not None
        return {mount["Destination"]: mount["Name"] for mount in box.payload["Mounts"]}


class Watched(FaultyWay):
    """A way that looks after each call whether all is safe."""

    def __init__(self, scene: Scene, fault: str = "", at: int = 0) -> None:
        super().__init__(scene.memory, fault, at)
        self._scene = scene

    def request(self, *arguments: Any, **options: Any) -> Any:
        try:
            return super().request(*arguments, **options)
        finally:
            self._scene.assert_safe()


def faults_of(
    start: Scene,
    of_commands: Sequence[str] = USUAL,
    of_questions: Sequence[str] = OF_QUESTIONS,
) -> Iterator[tuple[int, str, str]]:
    """Yield the number of a call, the call, and a fault of it."""
    way = Watched(scene := start.copy())
    scene.changed(way)
    for number, call in enumerate(way.calls, start=1):
        is_question = call.startswith("GET")
        for fault in of_questions if is_question else of_commands:
            yield number, call, fault


def problem(start: Scene, at: int, fault: str, restart: bool, converged: set[bytes]) -> str:
    scene = start.copy()
    way = Watched(scene, fault, at)
    try:
        result = scene.changed(way)
        assert way.met
        scene.assert_safe()
        if result is not None and not fault.startswith("gone"):
            scene.assert_back()
        if restart:
            scene.restart_daemon()
            scene.assert_safe()
        scene.memory.clock.sleep(1.0)  # What the engine does late is done by then.
        scene.assert_converges(converged)
    except AssertionError as error:
        return str(error).partition("\n")[0] or "assertion"
    return ""


def problems(
    start: Scene, faults: Iterable[tuple[int, str, str]], restart: bool = False
) -> dict[str, str]:
    """Return the violations, by fault."""
    converged: set[bytes] = set()
    return {
        f"{fault} at call {number} ({call})": text
        for number, call, fault in faults
        if (text := problem(start, number, fault, restart, converged))
    }


@pytest.mark.parametrize("name", named(""))
def test_the_usual_faults_in_every_call(name: str) -> None:
    start = Scene(SCENARIOS[name])
    assert problems(start, faults_of(start)) == {}


@pytest.mark.sweep
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_fault_in_every_call(name: str) -> None:
    start = Scene(SCENARIOS[name])
    assert problems(start, faults_of(start, FAULTS, FAULTS)) == {}


@pytest.mark.parametrize(
    "name", [each for each in named("replaced") if SCENARIOS[each.values[0]].starts_again]
)
def test_an_engine_that_restarts_after_a_kill(name: str) -> None:
    start = Scene(SCENARIOS[name])
    assert problems(start, faults_of(start, ["kill after"], []), restart=True) == {}


def kills(way: FaultyWay) -> list[int]:
    """Return the numbers of the calls that change something."""
    return [number for number, call in enumerate(way.calls, start=1) if not call.startswith("GET")]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.sweep] if is_long else [])
        for name, scenario in SCENARIOS.items()
        if name.startswith("replaced")
        for is_long in [bool(scenario.others) or name in LONG | LIKE_OTHERS]
    ],
)
def test_a_repair_that_is_killed_itself(name: str) -> None:
    """After every call of the repair, too: the run after it repairs the rest.

    What the first run had begun may then be left as what failed, until the next replacement.
    """
    start = Scene(SCENARIOS[name])
    way = Watched(scene := start.copy())
    scene.changed(way)
    converged: set[bytes] = set()
    for first in kills(way):
        killed = start.copy()
        killed.changed(Watched(killed, "kill after", first))
        repair = Watched(scene := killed.copy())
        scene.repaired(repair)
        for second in kills(repair):
            scene = killed.copy()
            scene.repaired(Watched(scene, "kill after", second))
            scene.assert_safe()
            scene.assert_converges(converged, may_keep={"app.vigo-failed"})
