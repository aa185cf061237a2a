# SPDX-License-Identifier: GPL-3.0-or-later
"""A replacement in which one call fails: the service is restored immediately, or by the next
run.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine import connection
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import engine
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from tests.integration.container_scene import Scene, output_of
from tests.integration.engines import CHOSEN, on_one_of_them
from tests.testbed.proxy import FAULTS, FaultyProxy

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

#: The changing calls of a replacement, and of one that fails at its start and is rolled back.
REPLACEMENT = ["create", "connect", "stop", "rename", "rename", "update", "start", "delete"]
ROLLBACK = [*REPLACEMENT[:7], "stop", "update", "rename", "update", "rename", "start"]

WORKING = {"image": "redis:8-alpine"}
BROKEN = {"image": "redis:8-alpine", "command": ["sh", "-c", "echo no; exit 9"]}

#: A few for every day.
USUAL = [(1, "cut after"), (3, "hang after"), (5, "refuse"), (7, "gone after"), (8, "garbage")]


@contextmanager
def little_patience(proxy: FaultyProxy) -> Iterator[None]:
    """Shorten timeouts in the block: a call that hangs is given up soon; a busy machine has its
    time again after it.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "TIMEOUT", 6.0)
        patch.setattr(engine, "_START_ALLOWANCE", 0.0)
        proxy.when_met = patch.undo
        yield


class Service(Scene):
    """A redis with data in an anonymous and in a named volume, on two networks."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.attributes: dict[str, Any] = {
            "restart": "always",
            "stop_timeout": "1s",
            "settle_time": "200ms",
            "networks": [f"{self.name}-front", f"{self.name}-back"],
            "volumes": f"{self.name}-kept:/kept",
        }
        self.word = f"word-{random.randrange(10**9)}"

    def set_up(self) -> None:
        self.have(WORKING["image"])
        assert self.apply(**self.attributes).action == "created"
        assert self.redis("set", "word", self.word) == "OK"
        assert self.redis("save") == "OK"
        container = self.client.containers.get(self.name)
        container.exec_run(["sh", "-c", f"echo {self.word} > /kept/word"])
        self.volumes = self._volumes()

    def changed(self, proxy: FaultyProxy, **changes: Any) -> Result:
        """Run through the proxy, and return the result."""
        with little_patience(proxy):
            return self.apply(**{**self.attributes, **changes, "docker_host": proxy.docker_host})

    def assert_alive(self) -> None:
        """Check that it runs under its name, with the data that it had."""
        assert self.inspect()["State"]["Running"], self.names()
        assert self.redis("get", "word") == self.word
        assert self._kept_word() == self.word
        assert self._volumes() == self.volumes
        assert self.inspect()["HostConfig"]["RestartPolicy"]["Name"] == "always"

    def close(self) -> None:
        super().close()
        client = self.engine.client()
        client.volumes.get(f"{self.name}-kept").remove(force=True)
        client.close()

    def _kept_word(self) -> str:
        container = self.client.containers.get(self.name)
        return output_of(container, ["cat", "/kept/word"])

    def _volumes(self) -> dict[str, str]:
        return {mount["Destination"]: mount["Name"] for mount in self.inspect()["Mounts"]}


@pytest.fixture
def service(engine: Engine) -> Iterator[Service]:
    service = Service(engine)
    yield service
    service.close()


@pytest.fixture
def service_anywhere(each_engine: Engine) -> Iterator[Service]:
    service = Service(each_engine)
    yield service
    service.close()


def test_the_calls_of_a_replacement(service: Service) -> None:
    service.set_up()
    with FaultyProxy(service.engine) as proxy:
        failed = service.changed(proxy, **BROKEN)
        # Podman 4.3 cannot change the policy of a container that was created.
        steps = ROLLBACK[:10] + ROLLBACK[11:] if CHOSEN == "podman-4.3" else ROLLBACK
        assert (failed.action, _steps(proxy)) == ("failed", steps)
    service.assert_alive()
    with FaultyProxy(service.engine) as proxy:
        assert service.changed(proxy, **WORKING).action == "recreated"
        assert _steps(proxy) == [*REPLACEMENT, "delete"]  # The last one drops .vigo-failed.
    service.assert_alive()


@pytest.mark.sample
@pytest.mark.parametrize(("at", "fault"), USUAL)
def test_a_fault_in_a_replacement(service: Service, at: int, fault: str) -> None:
    spoil_a_replacement(service, at, fault)


@pytest.mark.sweep
@on_one_of_them("at, fault", range(1, len(REPLACEMENT) + 1), FAULTS)
def test_every_fault_in_every_step(service_anywhere: Service, at: int, fault: str) -> None:
    spoil_a_replacement(service_anywhere, at, fault)


def spoil_a_replacement(service: Service, at: int, fault: str) -> None:
    service.set_up()
    with FaultyProxy(service.engine, fault, at) as proxy:
        result = service.changed(proxy, **WORKING)
        assert proxy.met
    if not fault.startswith("gone"):
        service.assert_alive()  # At once: the engine answers.
        assert service.names() <= {"", ".vigo-failed"}, result
    if result.failed:
        assert result.action == ("failed" if fault == "refuse" else "blocked"), result
        assert _clear(result.reason), result.reason
    else:
        # Its removal was tried again; a refused change of the old one's policy stops nothing.
        assert at == len(REPLACEMENT) or (at, fault) == (6, "refuse")
    changed = {**service.attributes, **WORKING}
    assert service.apply(**changed).action in ("recreated", "updated", "started", "none")
    service.assert_alive()
    assert service.apply(**changed).action == "none"
    assert service.names() <= {"", ".vigo-failed"}
    assert service.inspect()["Config"]["Image"].endswith(WORKING["image"])


@pytest.mark.sweep
@on_one_of_them("at, fault", range(8, len(ROLLBACK) + 1), FAULTS)
def test_every_fault_on_the_way_back(service_anywhere: Service, at: int, fault: str) -> None:
    service = service_anywhere
    service.set_up()
    with FaultyProxy(service.engine, fault, at) as proxy:
        result = service.changed(proxy, **BROKEN)
        if at == len(ROLLBACK) and not proxy.met:
            pytest.skip("Podman's way back is a call shorter")
        assert proxy.met
    assert result.failed
    assert "The next run tries again" in result.reason or "was restored" in result.reason
    assert service.apply(**service.attributes).action in ("updated", "started", "none", "recreated")
    service.assert_alive()
    assert service.apply(**service.attributes).action == "none"
    assert service.names() <= {"", ".vigo-failed"}


def _steps(proxy: FaultyProxy) -> list[str]:
    return [
        "delete" if call.startswith("DELETE") else call.rpartition("/")[2] for call in proxy.calls
    ]


def _clear(reason: str) -> bool:
    known = ("refuses this call", "stopped responding", "no engine responds", "unexpected response")
    return any(text in reason for text in known)
