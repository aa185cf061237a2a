# SPDX-License-Identifier: GPL-3.0-or-later
"""``update: start-first`` on real engines: no request fails, whatever happens to the update."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import swap_names
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from tests.integration.container_scene import Scene
from tests.integration.engines import DOCKER, on_one_of_them
from tests.integration.load_by_name import IMAGE, Load, load
from tests.integration.test_container_faults import little_patience
from tests.integration.test_container_recovery import killed_after
from tests.testbed.proxy import FAULTS, FaultyProxy

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

OLD, NEW = "traefik/whoami:v1.10.1", "traefik/whoami:v1.10.2"
BROKEN = {"image": NEW, "entrypoint": ["sh", "-c", "echo no; sleep 0.3; exit 3"]}
SICK = {
    "image": NEW,
    "healthcheck": {"test": "false", "interval": "200ms", "retries": 1},
    "health_timeout": "2s",
}
WITH_PRE_STOP = {"image": NEW, "pre_stop": "false"}
#: After so many calls, a run is killed.
CALLS = range(1, 16)
#: The changing calls: of an update; of one whose new container ends; of one whose pre_stop fails.
UPDATE = [
    *("create", "start", "update", "rename", "rename", "rename", "update", "stop", "delete"),
]
GIVEN_UP = ["create", "start", "stop", "update", "rename"]
SWAPPED_BACK = [
    *UPDATE[:7],
    *("exec", "start", "update", "delete", "rename", "rename", "rename", "stop", "update"),
]


class Web(Scene):
    """A web server on a network of its own."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.network = f"{self.name}-net"
        self.attributes: dict[str, Any] = {
            "container": self.name,
            "image": OLD,
            "docker_host": engine.docker_host,
            "network": self.network,
            "restart": "always",
            "stop_timeout": "1s",
            "settle_time": "300ms",
            "update": "start-first",
            "drain_time": "1s",
            "healthcheck": {
                "test": "wget -q -O /dev/null http://127.0.0.1/health",
                "interval": "300ms",
            },
        }

    def set_up(self) -> None:
        for image in (OLD, NEW):
            self.have(image)
        assert self.apply(**self.attributes).action == "created"
        self.identity = self.inspect()["Id"]

    def update(self, **changes: Any) -> Result:
        return self.apply(**{**self.attributes, **changes})

    def assert_untouched(self) -> None:
        """Check that the first container serves as ever."""
        found = self.inspect()
        assert found["Id"] == self.identity
        self.assert_serves()
        assert found["RestartCount"] == 0
        assert found["HostConfig"]["RestartPolicy"]["Name"] == "always"

    def assert_has_one(self) -> None:
        """Check that the old or the new container runs, and has or had the name."""
        running = self.client.api.containers(filters={"name": f"(?i){self.name}"})
        names = {name for entry in running for name in entry["Names"]}
        aside = swap_names.other_case(self.name)
        assert names & {f"/{self.name}", f"/{aside}", f"/{self.name}.vigo-old"}

    def assert_serves(self) -> None:
        """Check that one container runs, and that it has the name."""
        assert self.inspect()["State"]["Running"], self.names()
        running = self.client.api.containers(filters={"name": f"(?i){self.name}"})
        names = {name for entry in running for name in entry["Names"]}
        assert names - {f"/{self.name}-client"} == {f"/{self.name}"}


@pytest.fixture
def web(engine: Engine) -> Iterator[Web]:
    web = Web(engine)
    yield web
    web.close()


@pytest.fixture
def web_anywhere(each_engine: Engine) -> Iterator[Web]:
    web = Web(each_engine)
    yield web
    web.close()


def assert_complete(found: Load, *words: str) -> None:
    assert found.failures == {}, found.answers
    assert set(found.answers) == set(words), found.answers


def test_no_request_fails(web: Web) -> None:
    """Neither while it is updated, nor while an update comes to nothing."""
    web.have(IMAGE)
    web.set_up()
    with load(web.client, web.name, web.network) as found:
        result = web.update(**BROKEN)
        assert (result.action, "exit code 3" in result.reason) == ("failed", True), result
        assert "The old container keeps running" in result.reason
        web.assert_untouched()
        assert web.update(image=NEW, check=True).reason.endswith(", start-first")
        assert web.update(image=NEW).action == "recreated"
        web.assert_serves()
    assert_complete(found, OLD, NEW)
    assert web.update(image=NEW).action == "none"
    assert web.names() == {""}


@pytest.mark.sweep
@pytest.mark.parametrize("each_engine", DOCKER, indirect=True)
def test_no_request_fails_for_long(web_anywhere: Web) -> None:
    web = web_anywhere
    web.have(IMAGE)
    web.set_up()
    with load(web.client, web.name, web.network, rate=200) as found:
        for round_ in range(10):
            assert web.update(**(BROKEN, SICK)[round_ % 2]).action == "failed"
            web.assert_serves()
            assert web.update(image=(NEW, OLD)[round_ % 2]).action == "recreated"
    assert_complete(found, OLD, NEW)


def test_pre_stop(web: Web) -> None:
    """It runs in the old container; where it fails, the old one has the name again."""
    web.set_up()
    failed = web.update(image=NEW, pre_stop=["sh", "-c", "test -e /nowhere"])
    assert failed.action == "failed"
    assert "pre_stop failed in the old container with exit code 1" in failed.reason
    web.assert_untouched()
    seen = "test -e /www/health && test $(hostname) != x"
    assert web.update(image=NEW, pre_stop=["sh", "-c", seen]).action == "recreated"
    web.assert_serves()
    assert web.names() == {""}


@pytest.mark.sweep
def test_the_calls(web: Web) -> None:
    """`.vigo-failed` is dropped by whatever comes after it."""
    web.set_up()
    for change, calls in (
        (BROKEN, GIVEN_UP),
        (WITH_PRE_STOP, SWAPPED_BACK),
        ({"image": NEW}, [*UPDATE, "delete"]),
    ):
        with FaultyProxy(web.engine) as proxy:
            web.update(**change, docker_host=proxy.docker_host)
            assert steps(proxy) == calls


def steps(proxy: FaultyProxy) -> list[str]:
    return [
        "delete" if call.startswith("DELETE") else call.rpartition("/")[2] for call in proxy.calls
    ]


@pytest.mark.sweep
@on_one_of_them("change, calls", [{"image": NEW}, WITH_PRE_STOP, BROKEN], CALLS, among=DOCKER)
def test_an_update_that_is_killed_anywhere(
    web_anywhere: Web, calls: int, change: dict[str, Any]
) -> None:
    updated_after_all(web_anywhere, calls, change)


def updated_after_all(web: Web, calls: int, change: dict[str, Any]) -> None:
    """Kill an update after so many calls, under load, and let the next run finish."""
    web.have(IMAGE)
    web.set_up()
    with load(web.client, web.name, web.network) as found:
        was_killed = killed_after(calls, {**web.attributes, **change})
        web.assert_has_one()
        wanted = {"image": NEW}
        result = web.update(**wanted)
        assert not result.failed, result
        assert web.update(**wanted).action == "none"
        web.assert_serves()
    if was_killed:
        assert web.names() <= {"", ".vigo-failed"}
    assert found.failures == {}, found.answers


@pytest.mark.sweep
@on_one_of_them("at, fault", range(1, len(UPDATE) + 1), FAULTS, among=DOCKER)
def test_every_fault_in_every_step(web_anywhere: Web, at: int, fault: str) -> None:
    web = web_anywhere
    web.set_up()
    with FaultyProxy(web.engine, fault, at) as proxy, little_patience(proxy):
        result = web.update(image=NEW, docker_host=proxy.docker_host)
        assert proxy.met
    if not fault.startswith("gone"):
        assert web.inspect()["State"]["Running"], result
        assert web.names() <= {"", ".vigo-old", ".vigo-failed", swap_names.other_case(web.name)}, (
            result
        )
    assert web.update(image=NEW).action in ("recreated", "updated", "none")
    assert web.update(image=NEW).action == "none"
    web.assert_serves()
    assert web.inspect()["Config"]["Image"] == NEW


@pytest.mark.sweep
def test_podman_keeps_the_name_of_the_start(podman: Engine) -> None:
    """So it is refused there, before anything is changed."""
    scene = Scene(podman)
    try:
        result = scene.apply(update="start-first", share_volumes=True)
        assert result.action == "failed"
        assert "not supported on Podman" in result.reason
        assert scene.names() == set()
    finally:
        scene.close()
