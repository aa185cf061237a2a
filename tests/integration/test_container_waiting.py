# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until a container is settled: what ends it, and several waits at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge import run as envoy
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Connection
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import (
    Engine as EngineApi,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.integration.container_scene import REDIS, Scene
from tests.integration.engines import CHOSEN

if TYPE_CHECKING:
    from tests.testbed import Engine, Testbed

pytestmark = pytest.mark.integration

#: Long enough that only the engine's word can end a wait in time.
PATIENT: dict[str, Any] = {"settle_time": "10m"}
LINES = "for n in $(seq 1 30); do echo line $n; done"

#: Attributes of containers that come to nothing; the exit code, and what the error says.
ENDINGS: dict[str, tuple[dict[str, Any], int | None, str]] = {
    "an end": (
        {"command": ["sh", "-c", f"sleep 0.5; {LINES}; exit 9"], **PATIENT},
        9,
        "ended with exit code 9 after its start",
    ),
    "a good end": (
        {"command": ["sh", "-c", f"{LINES}; exit 0"], **PATIENT},
        0,
        "ended with exit code 0 after its start",
    ),
    "a restart loop": (
        {"command": ["sh", "-c", f"{LINES}; exit 7"], "restart": "always", **PATIENT},
        7,
        "ended with exit code 7",
    ),
    "a late end of one with a healthcheck": (
        {
            "command": ["sh", "-c", f"sleep 1; {LINES}; exit 6"],
            "healthcheck": {"test": "false", "interval": "200ms", "retries": 1},
            "health_timeout": "10m",
        },
        6,
        "ended with exit code 6",
    ),
    "a job that fails": (
        {"command": ["sh", "-c", f"{LINES}; exit 5"], "expect": "exited"},
        5,
        "ended with exit code 5; expected 0",
    ),
    "a job without end": (
        {
            "command": ["sh", "-c", f"{LINES}; sleep 600"],
            "expect": "exited",
            "health_timeout": "1s",
            "stop_timeout": 0,
        },
        None,
        "did not exit within 1 s; increase health_timeout",
    ),
}
#: Ends at 128 MiB, in case nothing limits it.
HUNGRY = ["sh", "-c", "echo hungry; x=aaaaaaaa; while [ ${#x} -lt 134217728 ]; do x=$x$x; done"]


@pytest.fixture
def scene(engine: Engine) -> Iterator[Scene]:
    scene = Scene(engine)
    yield scene
    scene.close()


@pytest.mark.sample
@pytest.mark.parametrize("ending", ["an end", "a restart loop", "a job without end"])
def test_what_ends_a_wait(scene: Scene, ending: str) -> None:
    ends_as_expected(scene, ending)


def ends_as_expected(scene: Scene, ending: str) -> None:
    attributes, code, words = ENDINGS[ending]
    result = scene.apply(**attributes)
    assert result.action == "failed", result
    assert words in result.reason
    assert result.rc == code
    assert result.error is not None
    shown = result.error["log"].splitlines()
    assert (len(shown), shown[-1]) == (20, "line 30")
    assert scene.names() == {".vigo-failed"}


def test_running_out_of_memory(scene: Scene) -> None:
    if "memory" in EngineApi(scene.engine.docker_host).incapable():
        pytest.skip("the host cannot limit memory, and would run out of it")
    result = scene.apply(command=HUNGRY, memory="16m", memory_swap="16m", **PATIENT)
    assert result.action == "failed"
    assert "out of memory" in result.reason
    assert result.error is not None
    assert result.error["log"] == "hungry\n"


@pytest.mark.sweep
def test_without_events(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The looks every two seconds are enough."""

    def broken(*_: Any) -> Any:
        raise OSError("no events today")

    monkeypatch.setattr(Connection, "events", broken)
    ends_as_expected(scene, "an end")
    scene.applied("created", healthcheck={"test": "true", "interval": "1s"})


def test_what_an_unhealthy_container_says_of_itself(scene: Scene) -> None:
    check = {"test": "echo no database; exit 1", "interval": "200ms", "retries": 1}
    result = scene.apply(healthcheck=check, health_timeout="1500ms")
    assert "not become healthy within 1.5 s" in result.reason
    assert "its last healthcheck ended with exit code 1: no database" in result.reason


class Converged(Scene):
    """Several containers, applied by one call."""

    def converge(
        self, folder: Path, *resources: dict[str, Any], check: bool = False
    ) -> list[Result]:
        """Converge, and return the results. resources: ``container`` is the name's end; the rest
        has defaults.
        """
        common = {
            "type": "container",
            "image": REDIS,
            "docker_host": self.engine.docker_host,
            "settle_time": "500ms",
        }
        full = [
            {
                **({} if "type" in resource else {**common, "settle_time": "500ms"}),
                **resource,
                **(
                    {"container": f"{self.name}-{resource['id']}"} if "type" not in resource else {}
                ),
            }
            for resource in resources
        ]
        arguments = {"resources": full, "state_dir": str(folder / "state"), "scope": self.name}
        target = Target(check)
        results = envoy.converge(arguments, target)
        self.notes = target.notes
        return results


@pytest.fixture
def several(engine: Engine) -> Iterator[Converged]:
    scene = Converged(engine)
    yield scene
    scene.close()


def test_containers_that_nobody_depends_on_are_waited_for_together(
    several: Converged, tmp_path: Path
) -> None:
    """The job ends only when the server that comes later is there."""
    network = f"{several.name}-net"
    server = f"{several.name}-server"
    job = {
        "id": "job",
        "command": ["sh", "-c", f"until redis-cli -h {server} ping; do sleep 0.1; done"],
        "expect": "exited",
        "network": network,
    }
    results = several.converge(tmp_path, job, {"id": "server", "network": network})
    assert [result.action for result in results] == ["created", "created"], results
    assert results[0].output is not None
    assert results[0].output.endswith("PONG\n")


def test_a_failure_that_shows_late_is_its_own_resources(several: Converged, tmp_path: Path) -> None:
    """Its replacement is undone at once, its dependents are skipped, and nothing is triggered."""
    log = tmp_path / "log"
    good = [
        {"id": "a", "notify": "told"},
        {"id": "b"},
        {"id": "c", "depends_on": "a"},
        {"id": "told", "type": "exec", "command": f"echo told >> {log}", "when": "changed"},
    ]
    first = several.converge(tmp_path, *good)
    assert [result.action for result in first] == ["created", "created", "created", "ran"]
    log.unlink()
    a, b, c, told = good
    dying = {**a, "command": ["sh", "-c", "sleep 0.3; echo oh; exit 3"], "settle_time": "10m"}
    changed: list[dict[str, Any]] = [dying, {**b, "env": "NEW=1"}, {**c, "env": "NEW=1"}, told]
    results = {result.id: result for result in several.converge(tmp_path, *changed)}
    assert results["a"].action == "failed"
    assert results["a"].rc == 3
    assert "was restored and is running" in results["a"].reason
    assert results["b"].action == "recreated"
    assert (results["c"].action, results["c"].reason) == ("skipped", "a failed")
    assert results["told"].action == "skipped"
    assert not log.exists()
    assert several.names() == {"-a", "-a.vigo-failed", "-b", "-c"}
    assert several.inspect("-a")["State"]["Running"]
    again = several.converge(tmp_path, a, {**b, "env": "NEW=1"}, c, told)
    assert [result.action for result in again] == ["none", "none", "none", "skipped"]


def test_an_undone_replacement_is_back_while_others_are_still_busy(
    several: Converged, tmp_path: Path
) -> None:
    """Nobody asks for its result before the command ends, which waits for the former one."""
    several.converge(tmp_path, {"id": "a", "network": f"{several.name}-net"})
    former = several.inspect("-a")["Id"]
    dying = {
        "id": "a",
        "network": f"{several.name}-net",
        "command": ["sh", "-c", "sleep 0.3; exit 3"],
        "settle_time": "10m",
    }
    failed = f"{several.name}-a.vigo-failed"
    back = {
        "id": "command",
        "type": "exec",
        "environment": {"DOCKER_HOST": several.engine.docker_host},
        "command": f"until docker inspect {failed} && docker exec {former} true; do sleep 0.1;"
        " done",
        "timeout": "60s",
    }
    results = several.converge(tmp_path, dying, back)
    assert [result.action for result in results] == ["failed", "ran"], results


def test_images_are_pulled_before_the_first_change(
    several: Converged, tmp_path: Path, engine: Engine, testbed: Testbed
) -> None:
    """By their policies, each for itself: the first resource already finds what later ones need."""
    if CHOSEN.endswith("containerd"):
        pytest.skip("with containerd's store, an engine pulls from no registry without TLS")
    images = {tag: f"myregistry.example.com/{several.name}:{tag}" for tag in "abcd"}
    # With containerd's store, an engine pushes to no registry without TLS.
    usual = testbed.test_engine()
    with contextlib.closing(usual.client()) as client:
        client.images.pull(REDIS)
    for image in images.values():
        testbed.registry.push(usual, REDIS, image)
    seen = tmp_path / "seen"
    look = {
        "id": "look",
        "type": "exec",
        "environment": {"DOCKER_HOST": engine.docker_host},
        "command": f"docker images --format '{{{{.Repository}}}}:{{{{.Tag}}}}' > {seen}",
    }
    stopped = {"state": "stopped"}
    resources: list[dict[str, Any]] = [
        look,
        {"id": "a", "image": images["a"], **stopped},
        {"id": "b", "image": images["b"], "pull": "always", **stopped},
        {"id": "never", "image": images["c"], "pull": "never", **stopped},
        {"id": "missing", "image": "myregistry.example.com/webapp:no-such-tag", **stopped},
        {"id": "gated", "image": images["d"], "when": "changed", **stopped},
        {"id": "not here", "image": images["d"], "when": "os_family('plan9')"},
    ]
    predicted = several.converge(tmp_path, *resources, check=True)
    assert [result.action for result in predicted][1:3] == ["created", "created"]
    assert not _known(several, images)
    results = {result.id: result for result in several.converge(tmp_path, *resources)}
    assert set(seen.read_text().split()) & set(images.values()) == {images["a"], images["b"]}
    assert _known(several, images) == {"a", "b"}
    assert {name: result.action for name, result in results.items()} == {
        "look": "ran",
        "a": "created",
        "b": "created",
        "never": "failed",
        "missing": "failed",
        "gated": "skipped",
        "not here": "skipped",
    }
    assert "webapp:no-such-tag cannot be pulled" in results["missing"].reason


def _known(several: Converged, images: dict[str, str]) -> set[str]:
    """Return which of these images the engine has."""
    return {tag for tag, image in images.items() if several.client.images.list(image)}


def test_an_image_that_an_earlier_resource_makes(several: Converged, tmp_path: Path) -> None:
    """Its pull fails at first; at its turn it is there."""
    made = f"{several.name}:made"
    tag = {
        "id": "tag",
        "type": "exec",
        "environment": {"DOCKER_HOST": several.engine.docker_host},
        "command": f"docker tag {REDIS} {made}",
    }
    several.converge(tmp_path, {"id": "first", "state": "stopped"})
    results = several.converge(
        tmp_path, tag, {"id": "a", "image": made, "state": "stopped", "depends_on": "tag"}
    )
    assert [result.action for result in results] == ["ran", "created"], results
    several.client.images.remove(made)


@pytest.mark.sweep
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ends_a_wait_on_each_engine(each_engine: Engine, ending: str) -> None:
    scene = Scene(each_engine)
    try:
        ends_as_expected(scene, ending)
    finally:
        scene.close()


@pytest.mark.sweep
def test_health_on_podman_without_systemd(any_podman: Engine) -> None:
    scene = Scene(any_podman)
    try:
        check = {"test": "redis-cli ping", "interval": "1s", "retries": 3}
        scene.applied("created", healthcheck=check)
        unhealthy = {"test": "false", "interval": "300ms", "retries": 1}
        result = scene.apply(healthcheck=unhealthy, health_timeout="2s")
        assert "not become healthy within 2 s" in result.reason
        assert scene.inspect()["State"]["Running"]
    finally:
        scene.close()
