# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that are restored to their state before a rollout, on a real engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.container_scene import Stack

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]


@pytest.fixture
def stack(usual_engine: Engine, tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(usual_engine, tmp_path)
    stack.have("redis:8-alpine")
    yield stack
    # First those that use the network of another one: Podman removes no other way round.
    for entry in stack.client.api.containers(all=True, filters={"name": f"{stack.name}-cache"}):
        stack.client.api.remove_container(entry["Id"], force=True)
    stack.close()


def facts(stack: Stack, suffix: str) -> tuple[Any, ...]:
    """Return the properties of a container that a rollback must restore."""
    found = stack.inspect(suffix)
    state, host = found["State"], found["HostConfig"]
    networks = {
        name: sorted(set(end["Aliases"] or []) - {found["Id"][:12]})
        for name, end in found["NetworkSettings"]["Networks"].items()
    }
    return (
        *(found["Id"], found["Config"]["Env"], host["RestartPolicy"]["Name"] or "no"),
        *(state["Running"], networks, sorted(mount["Destination"] for mount in found["Mounts"])),
    )


def test_there_and_back(stack: Stack) -> None:
    network = f"{stack.name}-net"
    web = stack.resource("web", network=network, restart="always", env=["A=1"])
    shared = {"network_mode": f"container:{web['container']}", "stop_timeout": 1}
    cache = stack.resource("cache", command=["sleep", "infinity"], **shared)
    extra = stack.resource("extra")
    stack.converge(web, cache)
    was = facts(stack, "-web"), facts(stack, "-cache")
    new = {**web, "image": "redis:8-alpine", "env": ["A=2", "B=3"]}

    done, _ = stack.converge(new, cache, extra, former="keep")
    assert done == {
        "crate/web": "recreated",
        "crate/cache": "recreated",
        "crate/extra": "created",
    }
    assert facts(stack, "-web")[0] != was[0][0]
    back, _ = stack.converge(new, cache, extra, former="restore")
    assert back == {"crate/web": "recreated", "crate/extra": "deleted"}
    assert (facts(stack, "-web"), facts(stack, "-cache")) == was
    assert stack.names() == {"-web", "-cache", "-web.vigo-failed"}
    assert stack.converge(web, cache)[0] == {}

    stack.converge(new, cache, former="keep")
    assert stack.converge(new, cache, former="discard")[0] == {}
    assert stack.names() == {"-web", "-cache"}
    assert stack.converge(new, cache)[0] == {}
