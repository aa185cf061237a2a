# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of a stack: made on demand, and its containers find one another by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from tests.integration.container_scene import Stack, output_of

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]


@pytest.fixture
def stack(usual_engine: Engine, tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(usual_engine, tmp_path)
    yield stack
    stack.close()


def test_containers_of_a_stack_find_one_another(stack: Stack) -> None:
    back, front = f"{stack.name}-back", f"{stack.name}-front"
    store = stack.resource("store", networks={back: {"aliases": ["cache", "db"]}})
    app = stack.resource("app", networks=[front, back], depends_on="store")
    assert stack.converge(store, app)[0] == {"crate/store": "created", "crate/app": "created"}
    for network in (back, front):
        labels = stack.client.networks.get(network).attrs["Labels"]
        assert labels[label.NETWORK] == stack.name
    for name in (store["container"], "cache", "db"):
        assert ping(stack, app["container"], name) == "PONG"
    assert stack.converge(store, app)[0] == {}

    # The one that is replaced is found as well; and one that leaves a network is not, any more.
    stack.converge({**store, "command": "redis-server --save ''"}, app)
    assert ping(stack, app["container"], "cache") == "PONG"
    done, _target = stack.converge(store, {**app, "networks": [front]})
    assert done["crate/app"] == "updated"
    assert ping(stack, app["container"], "cache") != "PONG"


def test_what_a_network_cannot_give(stack: Stack) -> None:
    """Refused before anything is changed; Docker itself would say so at the start only."""
    app = stack.resource("app")
    stack.converge(app)
    identity = stack.client.containers.get(app["container"]).id
    network = f"{stack.name}-net"
    missing = {network: {"ipv4_address": "198.51.100.7"}}
    assert stack.converge({**app, "networks": missing})[0] == {"crate/app": "failed"}
    assert f"docker network create --subnet ... {network}" in stack.reasons["crate/app"]
    stack.client.networks.create(network)
    assert stack.converge({**app, "networks": missing})[0] == {"crate/app": "failed"}
    assert "198.51.100.7 is not in a subnet" in stack.reasons["crate/app"]
    assert stack.converge({**app, "networks": [f"{network}-2"], "create_networks": False})[0] == {
        "crate/app": "failed"
    }
    assert f"docker network create {network}-2" in stack.reasons["crate/app"]
    assert stack.client.containers.get(app["container"]).id == identity
    assert stack.converge(app)[0] == {}


def ping(stack: Stack, container: str, host: str) -> str:
    command = ["timeout", "20", "redis-cli", "-h", host, "ping"]
    return output_of(stack.client.containers.get(container), command)
