# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input to containers: a clear error, before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import (
    Engine as EngineApi,
)
from tests.integration.container_scene import REDIS, Stack
from tests.testbed.proxy import FaultyProxy

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = pytest.mark.integration


@pytest.fixture
def stack(engine: Engine, tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(engine, tmp_path)
    yield stack
    stack.close()


#: What is asked of a container that runs, and a part of the error.
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"comand": "x"}, "unknown attribute 'comand'; did you mean 'command'?"),
    ({"ports": "80:80:80:80"}, "ports: invalid port '80:80:80:80'; write 8080:80"),
    ({"ports": "127.0.0.1:99999:80"}, "expected ports from 1 to 65535"),
    ({"volumes": "data"}, "volumes: 'data' is not an absolute path in the container"),
    ({"volumes": "./data:/data"}, "relative paths are not allowed on the target"),
    ({"volumes": "/a:/b:rx"}, "unknown option 'rx'"),
    ({"image": "Redis:7"}, "invalid image reference 'Redis:7'; write NAME"),
    ({"image": "redis@sha256:12"}, "malformed digest; write NAME@sha256:HEX"),
    ({"platform": "no/such"}, "platform"),
    ({"entrypoint": []}, "there is no command to run"),
    ({"healthcheck": ["CMD"]}, "healthcheck.test: ['CMD'] has no command"),
    ({"ports": "::1:8080:80"}, "in brackets: [::1]:8080:80"),
    ({"labels": {"vigo.bridge.scope": "x"}}, "is reserved; choose another name"),
    ({"state": "started"}, "not one of running, stopped, absent"),
]
#: The same on Docker; Podman creates the folder.
REFUSED_ON_DOCKER: list[tuple[dict[str, Any], str]] = [
    ({"volumes": "/no/such/folder:/in"}, "volumes: /no/such/folder does not exist"),
    ({"volumes": "/no/such/folder:/in:Z"}, "volumes: /no/such/folder does not exist"),
    ({"volumes": ["/tmp:/a", "/no/such/folder:/in:ro,z"]}, "volumes: /no/such/folder does not"),
]


def test_whatever_is_refused_touches_nothing(stack: Stack) -> None:
    stack.apply()
    before = stack.inspect()
    is_podman = EngineApi(stack.engine.docker_host).is_podman
    for attributes, message in REFUSED + ([] if is_podman else REFUSED_ON_DOCKER):
        result = stack.apply(**attributes)
        assert result.action == "failed", (attributes, result)
        assert message in result.reason
        predicted = stack.apply(check=True, **attributes)
        assert (predicted.action, predicted.reason) == ("failed", result.reason)
        after = stack.inspect()
        assert after["Id"] == before["Id"]
        assert after["State"]["StartedAt"] == before["State"]["StartedAt"]
    assert stack.names() == {""}


def test_two_resources_with_one_container(stack: Stack) -> None:
    first, second = stack.resource("app"), {**stack.resource("app"), "id": "crate/other"}
    apart = {**second, "when": "dir_exists('/no/such')"}
    assert stack.converge(first, apart)[0] == {"crate/app": "created", "crate/other": "skipped"}
    assert stack.converge(first, {**second, "user": "1"}, check=True)[0] == {
        "crate/other": "failed"
    }
    assert stack.converge(first, {**second, "user": "1"})[0] == {"crate/other": "failed"}
    assert "resource crate/app also manages container" in stack.reasons["crate/other"]


@pytest.mark.sweep
def test_a_foreign_container_with_a_name_that_a_replacement_needs(stack: Stack) -> None:
    stack.apply()
    identity = stack.inspect()["Id"]
    for suffix in (".vigo-new", ".vigo-old", ".vigo-failed"):
        foreign = stack.client.containers.create(REDIS, name=stack.name + suffix)
        result = stack.apply(user="1")
        assert result.action == "failed"
        assert f"{stack.name}{suffix} already exists" in result.reason
        assert stack.client.containers.get(stack.name + suffix).id == foreign.id
        foreign.remove(v=True)
        assert stack.inspect()["Id"] == identity
        assert stack.inspect()["State"]["Running"]


def test_a_container_that_would_vanish_when_it_stops(stack: Stack) -> None:
    stack.client.containers.run(REDIS, name=stack.name, detach=True, auto_remove=True)
    assert stack.apply().action == "none"
    for check in (True, False):
        result = stack.apply(check=check, user="1")
        assert result.action == "failed"
        assert "was created with --rm" in result.reason
    assert stack.inspect()["State"]["Running"]
    assert stack.apply(state="absent").action == "deleted"
    assert stack.names() == set()


#: The oldest and the newest version of an engine's API, and a part of the error.
OTHER_VERSIONS = [
    ("1.12", "1.40", "is too old: it has API version 1.40, and vigo.bridge needs 1.41"),
    ("1.52", "1.60", "is too new: it has API versions from 1.52 to 1.60"),
]


@pytest.mark.parametrize(("oldest", "newest", "message"), OTHER_VERSIONS)
def test_an_engine_of_another_age(stack: Stack, oldest: str, newest: str, message: str) -> None:
    with FaultyProxy(stack.engine, versions=(oldest, newest)) as proxy:
        for check in (True, False):
            result = stack.apply(check=check, docker_host=proxy.docker_host)
            assert result.action == "blocked"
            assert message in result.reason
        assert proxy.calls == []
    assert stack.names() == set()


def test_a_newer_engine_that_keeps_older_versions(stack: Stack) -> None:
    with FaultyProxy(stack.engine, versions=("1.44", "1.60")) as proxy:
        at_it = {"docker_host": proxy.docker_host}
        stack.applied("created", **at_it)
        stack.applied("recreated", hostname="other", **at_it)
    assert any(call.startswith("POST /v1.51/containers/") for call in proxy.calls)
