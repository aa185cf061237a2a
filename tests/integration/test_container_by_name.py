# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that start, stop, restart and remove existing containers by name, on real engines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.as_task import (
    ContainerTask,
)
from tests.integration.container_scene import REDIS, Scene

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration


class Named(Scene):
    """A container that another tool has created, and tasks that name it."""

    behaviour = ContainerTask()

    def make(self) -> None:
        self.have(REDIS)
        self.client.containers.create(
            REDIS, name=self.name, environment={"A": "1"}, labels={"tier": "cache"}
        )

    def task(self, action: str, becomes: str | None, **options: Any) -> None:
        """Apply a task without an image: first in check mode, and check what is predicted."""
        given = {"image": None, **options}
        before = self.status()
        predicted = self.apply(check=True, **given)
        assert predicted.action == action, predicted
        assert self.status() == before
        facts = self.returned["container"]
        assert (facts and facts["state"]) == becomes
        result = self.apply(**given)
        assert (result.action, result.reason) == (action, predicted.reason)
        found = self.returned["container"]
        assert (found and found["state"]) == becomes
        assert self.status() == becomes
        if found:
            self.check_facts(found)

    def check_facts(self, found: dict[str, Any]) -> None:
        payload = self.inspect()
        assert (found["name"], found["id"]) == (self.name, payload["Id"])
        assert found["image_id"].rpartition(":")[2] == payload["Image"].rpartition(":")[2]
        assert found["labels"]["tier"] == "cache"
        addresses = {
            name: endpoint["IPAddress"]
            for name, endpoint in payload["NetworkSettings"]["Networks"].items()
        }
        shown = {name: each["ipv4"] for name, each in found["addresses"].items()}
        assert shown == addresses
        assert any(shown.values()) == (found["state"] == "running")

    def status(self) -> str | None:
        if self.names() == set():
            return None
        status: str = self.inspect()["State"]["Status"]
        return {"configured": "created", "stopped": "exited"}.get(status, status)

    def pid(self) -> int:
        return int(self.inspect()["State"]["Pid"])


def check(engine: Engine) -> None:
    scene = Named(engine)
    try:
        assert scene.apply(image=None).reason.endswith("add image to create it")
        assert scene.apply(image=None, state="absent").action == "none"
        scene.make()
        identity = scene.inspect()["Id"]
        scene.task("none", "created", state="present")
        scene.task("started", "running")
        scene.task("none", "running", state="started")
        pid = scene.pid()
        scene.task("restarted", "running", state="restarted")
        assert scene.pid() != pid
        pid = scene.pid()
        scene.task("restarted", "running", state="restarted", force_kill=True)
        assert scene.pid() != pid
        scene.task("stopped", "exited", state="stopped")
        scene.task("none", "exited", state="stopped")
        scene.task("started", "running", state="restarted")
        scene.task("stopped", "exited", state="stopped", force_kill=True)
        assert scene.inspect()["State"]["ExitCode"] == 137
        scene.task("started", "running")
        scene.client.api.pause(scene.name)
        scene.task("stopped", "exited", state="stopped", force_kill=True)
        assert scene.inspect()["Id"] == identity
        assert scene.inspect()["Config"]["Env"].count("A=1") == 1
        scene.task("started", "running")
        scene.task("deleted", None, state="absent", force_kill=True)
    finally:
        scene.close()


def check_timeouts(engine: Engine) -> None:
    """Stop a container that ignores the stop signal, and would be awaited for minutes."""
    scene = Named(engine)
    try:
        own: dict[str, Any] = {"command": ["sleep", "600"], "stop_timeout": "3m", "settle_time": 0}
        assert scene.apply(**own).action == "created"
        began = time.monotonic()
        named: dict[str, Any] = {"image": None, "stop_timeout": "1s"}
        pid = scene.pid()
        assert scene.apply(state="restarted", **named).action == "restarted"
        assert scene.pid() != pid
        assert scene.apply(state="stopped", **named).action == "stopped"
        assert scene.inspect()["State"]["ExitCode"] == 137
        assert scene.apply(image=None).action == "started"
        assert scene.apply(state="absent", **named).action == "deleted"
        assert time.monotonic() - began < 180
    finally:
        scene.close()


def check_with_image(engine: Engine) -> None:
    """Apply the states and options that only tasks have to a container that the task describes."""
    scene = Named(engine)
    try:
        scene.applied("created", state="present")
        assert scene.status() == "created"
        scene.applied("started")
        scene.applied("recreated", state="present", labels="tier=cache")
        assert scene.status() == "running"
        given: dict[str, Any] = {"labels": "tier=cache"}
        identity = scene.inspect()["Id"]
        assert scene.apply(**given, recreate=True).action == "recreated"
        assert scene.inspect()["Id"] != identity
        assert scene.apply(**given, state="restarted").action == "restarted"
        assert scene.apply(**given, pull=False, ulimits=[]).action == "none"
        assert scene.names() == {""}
    finally:
        scene.close()


def test_by_name(usual_engine: Engine) -> None:
    check(usual_engine)


def test_timeouts(usual_engine: Engine) -> None:
    check_timeouts(usual_engine)


def test_with_an_image(usual_engine: Engine) -> None:
    check_with_image(usual_engine)
