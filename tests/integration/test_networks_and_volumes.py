# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks and volumes of a stack on real engines, with the containers that use them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docker.errors
import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import converge
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from tests.integration.container_scene import Stack

if TYPE_CHECKING:
    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("testbed")]


@pytest.fixture
def stack(usual_engine: Engine, tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(usual_engine, tmp_path)
    stack.have("redis:7-alpine")
    volume = f"{stack.name}-data"
    client = usual_engine.client()
    yield stack
    stack.close()
    with contextlib.suppress(docker.errors.NotFound):
        client.volumes.get(volume).remove()
    client.close()


def run(stack: Stack, *resources: dict[str, Any], check: bool = False) -> dict[str, str]:
    """Return the action of each resource, with the reason where it failed."""
    results = converge(
        {"resources": resources, "scope": stack.name, "state_dir": str(stack.folder)},
        Target(check),
    )
    return {each.id: f"failed: {each.reason}" if each.failed else each.action for each in results}


def test_from_nothing_to_nothing(stack: Stack) -> None:
    host = {"docker_host": stack.engine.docker_host}
    back, data = f"{stack.name}-back", f"{stack.name}-data"
    labels = {"team": "shop"}
    net: dict[str, Any] = {
        **host,
        "id": "crate/net",
        "type": "network",
        "network": back,
        "labels": labels,
        "internal": True,
        "ipam": {"subnet": "10.217.41.0/24", "gateway": "10.217.41.9"},
    }
    volume = {**host, "id": "crate/data", "type": "volume", "volume": data, "labels": labels}
    web = stack.resource("web", networks=back, volumes=f"{data}:/kept")
    created = {"crate/net": "created", "crate/data": "created", "crate/web": "created"}
    assert run(stack, web, net, volume, check=True) == created
    assert run(stack, web, net, volume) == created
    assert set(run(stack, web, net, volume, check=True).values()) == {"none"}
    assert set(run(stack, web, net, volume).values()) == {"none"}

    found = stack.client.networks.get(back).attrs
    assert found["Internal"] is True
    assert found["IPAM"]["Config"][0]["Gateway"] == "10.217.41.9"
    assert found["Labels"]["team"] == "shop"
    assert stack.client.volumes.get(data).attrs["Labels"]["team"] == "shop"
    container = stack.client.containers.get(web["container"])
    assert list(container.attrs["NetworkSettings"]["Networks"]) == [back]

    # What is in use is named, also where it is stopped.
    container.stop()
    told = run(stack, {**net, "internal": False})["crate/net"]
    assert "cannot be recreated while containers use it" in told
    assert web["container"] in told
    told = run(stack, {**volume, "state": "absent"})["crate/data"]
    assert f"is in use by container {web['container']}" in told

    gone = [{**each, "state": "absent"} for each in (net, volume, web)]
    deleted = {"crate/web": "deleted", "crate/net": "deleted", "crate/data": "deleted"}
    assert run(stack, *gone, check=True) == deleted
    assert run(stack, *gone) == deleted
    assert set(run(stack, *gone).values()) == {"none"}


def test_a_network_is_undone_after_its_containers(stack: Stack) -> None:
    host = {"docker_host": stack.engine.docker_host}
    back = f"{stack.name}-back"
    net = {**host, "id": "crate/net", "type": "network", "network": back}
    web = stack.resource("web", networks=back, depends_on="net")
    assert set(run(stack, net, web).values()) == {"created"}
    undone = [{**each, "revert": True} for each in (net, web)]
    deleted = {"crate/web": "deleted", "crate/net": "deleted"}
    assert run(stack, *undone, check=True) == deleted
    assert run(stack, *undone) == deleted
    assert stack.client.networks.list(names=[back]) == []
    assert set(run(stack, *undone).values()) == {"none"}
    # Applied again, and only the network undone: the container needs it.
    run(stack, net, web)
    told = run(stack, undone[0], web)["crate/net"]
    assert f"is in use by container {web['container']}" in told


def test_an_unused_network_is_recreated(stack: Stack) -> None:
    net = {
        "docker_host": stack.engine.docker_host,
        "id": "crate/net",
        "type": "network",
        "network": f"{stack.name}-back",
    }
    assert run(stack, net) == {"crate/net": "created"}
    changed = {**net, "internal": True, "ipam": "10.217.42.0/24"}
    assert run(stack, changed, check=True) == {"crate/net": "recreated"}
    assert run(stack, changed) == {"crate/net": "recreated"}
    assert run(stack, changed) == {"crate/net": "none"}
    assert stack.client.networks.get(net["network"]).attrs["Internal"] is True
