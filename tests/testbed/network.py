# SPDX-License-Identifier: GPL-3.0-or-later
"""The testbed's network on the base engine, where every part has an address that it keeps."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.types import IPAMConfig, IPAMPool

from tests.testbed.common import NAME, SUBNET, TestbedError, run, state_folder
from tests.testbed.engine import Engine
from tests.testbed.sharing import LABEL

_DRAWS = 20


def run_on_network(
    base: Engine, image: str, options: Sequence[str], *, address: str | None = None
) -> tuple[Container, str]:
    """Start a container with a fixed address, which it has again after a stop and start.

    Without `address`, a free one is drawn: engines would give a restarted container any other.
    `options` are those of `docker create`; the docker command is used because the Python
    client knows no `systempaths=unconfined`.
    """
    client = base.client()
    _ensure_network(client)
    for _ in range(_DRAWS):
        chosen = address or str(SUBNET[random.randrange(256, SUBNET.num_addresses - 1)])
        create = ["docker", "create", "--network", NAME, "--ip", chosen, *options, image]
        container = client.containers.get(run(create, env=base.env).strip())
        try:
            container.start()
        except APIError as error:
            container.remove(force=True, v=True)
            if address or "already in use" not in str(error):
                raise
        else:
            return container, chosen
    raise TestbedError(f"no free address in {SUBNET} after {_DRAWS} draws")


def flags(name: str, values: Mapping[str, str] | Iterable[str]) -> list[str]:
    """Return the same option of the docker command for several values: `--label a=1 --label
    b=2`.
    """
    if isinstance(values, Mapping):
        values = [f"{key}={value}" for key, value in values.items()]
    return [word for value in values for word in (name, value)]


def remove_network(client: docker.DockerClient) -> None:
    """Remove the network, unless it has containers of others."""
    with suppress(NotFound):
        network = client.networks.get(NAME)
        if not network.containers:
            network.remove()


def _ensure_network(client: docker.DockerClient) -> None:
    try:
        client.networks.get(NAME)
    except NotFound:
        pool = IPAMPool(subnet=str(SUBNET), gateway=str(SUBNET[1]))
        ipam = IPAMConfig(pool_configs=[pool])
        client.networks.create(
            NAME, driver="bridge", labels={LABEL: str(state_folder())}, ipam=ipam
        )
