# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that run already, but are not healthy: what happens to them and their dependents."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.integration.container_scene import REDIS, Scene

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

PASSWORD = "correct-horse-battery-staple"
#: What is shown of a healthcheck in a sentence ends with the password's last letters.
CHECK = f'test -e /well || {{ printf "no database $PASSWORD%{300 - 10}d" 1; exit 3; }}'


class Stack(Scene):
    """A database with a healthcheck, and resources that depend on it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        super().__init__(engine)
        self.folder = folder
        self.database: dict[str, Any] = {
            "id": "c/db",
            "container": f"{self.name}-db",
            "env": {"PASSWORD": "secret:db/password"},
            "command": ["sh", "-c", "touch /well; exec sleep 1000"],
            "stop_timeout": 0,
            "healthcheck": {"test": CHECK, "interval": "200ms", "retries": 1},
            "health_timeout": "30s",
        }
        self.app: dict[str, Any] = {
            "id": "c/app",
            "container": f"{self.name}-app",
            "command": "sleep 1000",
            "stop_timeout": 0,
            "depends_on": "db",
        }

    def run(
        self, *resources: dict[str, Any], check: bool = False, only: list[str] | None = None
    ) -> dict[str, Result]:
        common = {
            "type": "container",
            "image": REDIS,
            "docker_host": self.engine.docker_host,
            "settle_time": "0",
        }
        target = Target(check, Secrets({"db/password": PASSWORD}))
        arguments = {
            "resources": [{**common, **resource} for resource in resources],
            "scope": self.name,
            "state_dir": str(self.folder),
            "only": only or [],
        }
        results = converge(arguments, target)
        self.notes = target.notes
        return {result.id.partition("/")[2]: result for result in results}

    def actions(self, *resources: dict[str, Any], **options: Any) -> dict[str, str]:
        results = self.run(*resources, **options)
        return {name: result.action for name, result in results.items()}

    def set_up(self) -> dict[str, Any]:
        """Return the attributes of a container whose database was healthy and no longer is, with
        a short timeout.
        """
        assert self.actions(self.database) == {"db": "created"}
        self.tell("rm /well")
        deadline = time.monotonic() + 60
        while self.inspect("-db")["State"]["Health"]["Status"] != "unhealthy":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return {**self.database, "health_timeout": "800ms"}

    def tell(self, command: str) -> None:
        self.client.containers.get(f"{self.name}-db").exec_run(["sh", "-c", command])


@pytest.fixture
def stack(engine: Engine, tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(engine, tmp_path)
    yield stack
    stack.close()


def test_an_unhealthy_dependency(stack: Stack) -> None:
    database = stack.set_up()
    former = stack.inspect("-db")["Id"]

    # A plan says it, and so does a run if nothing depends on it.
    assert stack.actions(database, stack.app, check=True) == {"db": "none", "app": "created"}
    noted = [note for note in stack.notes if "-db is unhealthy" in note]
    assert stack.actions(database) == {"db": "none"}
    assert [note for note in stack.notes if "-db is unhealthy" in note] == noted
    assert "its last healthcheck ended with exit code 3" in noted[0]

    # What depends on it waits for it, in vain.
    results = stack.run(database, stack.app)
    assert (results["db"].action, results["app"].action) == ("failed", "skipped")
    assert results["app"].reason == "c/db failed"
    assert "did not become healthy within 0.8 s, its status is unhealthy" in results["db"].reason
    assert results["db"].error is not None
    log = results["db"].error["log"]
    assert log.startswith("last healthcheck, exit code 3:\nno database ********")
    assert "container log:\n" in log
    told = [*noted, *stack.notes, results["db"].reason, log]
    assert not any(PASSWORD[-length:] in text for text in told for length in (5, len(PASSWORD)))
    assert stack.names() == {"-db"}

    # Nor does one that is named alone come before it.
    actions = stack.actions(database, stack.app, only=["c/app"])
    assert actions == {"db": "failed", "app": "skipped"}

    # It gets well while it is waited for.
    stack.tell("(sleep 0.5; touch /well) >/dev/null 2>&1 &")
    assert stack.actions(stack.database, stack.app) == {"db": "none", "app": "created"}
    assert stack.inspect("-db")["Id"] == former
    assert stack.actions(stack.database, stack.app, check=True) == {"db": "none", "app": "none"}


def test_the_network_of_an_unhealthy_container(stack: Stack) -> None:
    database = stack.set_up()
    app = {**stack.app, "network_mode": f"container:{stack.name}-db", "health_timeout": "500ms"}
    del app["depends_on"]
    results = stack.run(database, app)
    assert (results["db"].action, results["app"].action) == ("none", "failed")
    assert f"{stack.name}-db did not become healthy within 0.5 s" in results["app"].reason
    assert stack.names() == {"-db"}


def test_a_paused_dependency(stack: Stack) -> None:
    database = stack.set_up()
    stack.client.containers.get(f"{stack.name}-db").pause()
    assert stack.actions(database, stack.app) == {"db": "failed", "app": "skipped"}
    stack.client.containers.get(f"{stack.name}-db").pause()
    assert stack.actions(database, stack.app, check=True) == {"db": "started", "app": "created"}


def test_a_dependency_that_restarts_all_the_time(stack: Stack) -> None:
    """Whether it is just up or just down when it is looked at."""
    command = ["sh", "-c", "sleep 0.5; echo oh; exit 4"]
    stack.client.containers.run(
        REDIS, command, name=f"{stack.name}-db", detach=True, restart_policy={"Name": "always"}
    )
    deadline = time.monotonic() + 60
    while not stack.inspect("-db")["RestartCount"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    looping = {
        "id": "c/db",
        "container": f"{stack.name}-db",
        "command": command,
        "restart": "always",
        "settle_time": "10m",
    }
    results = stack.run(looping, stack.app)
    assert (results["db"].action, results["app"].action) == ("failed", "skipped")
    assert "ended with exit code 4" in results["db"].reason
    assert stack.names() == {"-db"}


@pytest.mark.sweep
def test_an_unhealthy_dependency_on_podman(podman: Engine, tmp_path: Path) -> None:
    """Without systemd, it runs a healthcheck only when it is asked to."""
    stack = Stack(podman, tmp_path)
    try:
        assert stack.actions(stack.database, stack.app) == {"db": "created", "app": "created"}
        assert stack.actions(stack.database, stack.app) == {"db": "none", "app": "none"}
        stack.tell("rm /well")
        database = {**stack.database, "health_timeout": "2s"}
        app = {**stack.app, "env": "NEW=1"}
        stack.client.containers.get(f"{stack.name}-db").restart(timeout=0)
        stack.tell("rm /well")
        results = stack.run(database, app)
        assert (results["db"].action, results["app"].action) == ("failed", "skipped")
        assert results["db"].error is not None
        # Podman 4.3 keeps neither the exit code nor the output.
        assert "last healthcheck, exit code 1:\n(no output)" in results["db"].error["log"]
    finally:
        stack.close()
