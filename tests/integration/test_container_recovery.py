# SPDX-License-Identifier: GPL-3.0-or-later
"""A replacement that is killed between any two calls is repaired by the next run."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.base import apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.behaviour import Container
from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]

#: Applies a container and is killed right after its nth changing call.
KILLED = """
import json, os, signal, sys
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Connection
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.behaviour import Container
from ansible_collections.vigo.bridge.plugins.module_utils.types.base import apply_resource
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

left = int(sys.argv[1])
call = Connection.call

def call_and_die(self, method, *arguments, **options):
    global left
    try:
        return call(self, method, *arguments, **options)
    finally:
        left -= method != "GET"
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

Connection.call = call_and_die
apply_resource("test", Container(), lambda: json.loads(sys.argv[2]), Target())
print("survived")
"""


def resource(engine: Engine) -> Iterator[dict[str, Any]]:
    """Yield the attributes of a container that is removed at the end."""
    name = f"recovery-{uuid.uuid4().hex[:10]}"
    yield {
        "container": name,
        "image": "redis:7-alpine",
        "restart": "always",
        "settle_time": "300ms",
        "stop_timeout": 1,
        "docker_host": engine.docker_host,
    }
    client = engine.client()
    for entry in client.api.containers(all=True, filters={"name": name}):
        client.api.remove_container(entry["Id"], force=True, v=True)
    client.close()


@pytest.fixture
def attributes(engine: Engine) -> Iterator[dict[str, Any]]:
    yield from resource(engine)


@pytest.fixture
def attributes_anywhere(each_engine: Engine) -> Iterator[dict[str, Any]]:
    yield from resource(each_engine)


def applied(attributes: dict[str, Any], check: bool = False) -> Result:
    return apply_resource("test", Container(), lambda: attributes, Target(check))


def killed_after(calls: int, attributes: dict[str, Any]) -> bool:
    """Return whether the run was killed; False when it ended before."""
    script = [sys.executable, "-c", KILLED, str(calls), json.dumps(attributes)]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, -9), done.stderr
    return done.returncode == -9


def containers(engine: Engine, name: str) -> dict[str, dict[str, Any]]:
    client = engine.client()
    found = {
        each.lstrip("/")[len(name) :]: client.api.inspect_container(entry["Id"])
        for entry in client.api.containers(all=True, filters={"name": name})
        for each in entry["Names"]
    }
    client.close()
    return found


# create, stop, rename, rename, disarm, start, remove: some of them every day
@pytest.mark.sample
@pytest.mark.parametrize("calls", range(1, 8, 2))
def test_a_killed_replacement(engine: Engine, attributes: dict[str, Any], calls: int) -> None:
    replaced_after_all(engine, attributes, calls)


@pytest.mark.sweep
@pytest.mark.parametrize("calls", range(1, 8))
def test_a_killed_replacement_on_each_engine(
    each_engine: Engine, attributes_anywhere: dict[str, Any], calls: int
) -> None:
    replaced_after_all(each_engine, attributes_anywhere, calls)


def replaced_after_all(engine: Engine, attributes: dict[str, Any], calls: int) -> None:
    assert applied(attributes).action == "created"
    changed = {**attributes, "image": "redis:8-alpine"}
    assert killed_after(calls, changed)
    predicted = applied(changed, check=True)
    repaired = applied(changed)
    assert repaired.action == predicted.action
    assert repaired.action in ("recreated", "updated", "none"), repaired
    assert applied(changed).action == "none"
    left = containers(engine, attributes["container"])
    assert set(left) == {""}
    assert left[""]["State"]["Running"]
    assert left[""]["Config"]["Image"].endswith("redis:8-alpine")  # Podman writes localhost/.
    assert left[""]["HostConfig"]["RestartPolicy"]["Name"] == "always"
    assert [mount["Destination"] for mount in left[""]["Mounts"]] == ["/data"]


# create, stop, rename, rename, disarm, start, then back:
# disarm, stop, rename, rename, policy, start; some of them every day
@pytest.mark.sample
@pytest.mark.parametrize("calls", range(2, 13, 3))
def test_a_killed_rollback(engine: Engine, attributes: dict[str, Any], calls: int) -> None:
    back_after_all(engine, attributes, calls)


@pytest.mark.sweep
@pytest.mark.parametrize("calls", range(1, 13))
def test_a_killed_rollback_on_each_engine(
    each_engine: Engine, attributes_anywhere: dict[str, Any], calls: int
) -> None:
    back_after_all(each_engine, attributes_anywhere, calls)


def back_after_all(engine: Engine, attributes: dict[str, Any], calls: int) -> None:
    assert applied(attributes).action == "created"
    identity = containers(engine, attributes["container"])[""]["Id"]
    broken = {**attributes, "command": ["sh", "-c", "sleep 0.1; exit 9"]}
    killed_after(calls, broken)
    assert applied(attributes).action in ("updated", "started", "none")
    assert applied(attributes).action == "none"
    left = containers(engine, attributes["container"])
    assert set(left) <= {"", ".vigo-failed"}
    assert left[""]["Id"] == identity
    assert left[""]["State"]["Running"]
    assert left[""]["HostConfig"]["RestartPolicy"]["Name"] == "always"


def test_a_container_of_somebody_else_in_the_way(
    engine: Engine, attributes: dict[str, Any]
) -> None:
    assert applied(attributes).action == "created"
    name = attributes["container"]
    client = engine.client()
    client.api.create_container("redis:7-alpine", name=f"{name}.vigo-old")
    result = applied({**attributes, "image": "redis:8-alpine"})
    assert result.action == "failed"
    assert f"{name}.vigo-old already exists" in result.reason
    assert set(containers(engine, name)) == {"", ".vigo-old"}
    assert containers(engine, name)[""]["State"]["Running"]
    client.close()
