# SPDX-License-Identifier: GPL-3.0-or-later
"""Docker engines to test against, and which one is this machine's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.testbed import dockerd

_USUAL_SOCKET = Path("/var/run/docker.sock")


@dataclass(frozen=True)
class Engine:
    """An engine that answers.

    Attributes:
        docker_host: where, as the variable DOCKER_HOST takes it.
        address: the IP address where ports answer that its containers publish.
        log: how to see the engine's own log, for messages; empty when it is not ours.
        ours: whether the testbed started it.
    """

    docker_host: str
    address: str
    log: str = ""
    ours: bool = False

    def client(self, timeout: float = 180) -> docker.DockerClient:
        """Return a new client of this engine; the caller closes it. `timeout` in seconds."""
        return docker.DockerClient(base_url=self.docker_host, timeout=int(timeout))

    @property
    def env(self) -> dict[str, str]:
        """What the docker command needs in its environment to talk to this engine."""
        return {"DOCKER_HOST": self.docker_host}


def base_engine() -> Engine:
    """Return the engine of this machine: the one that answers, else a new one.

    Raises:
        TestbedError: none answers and none can be started; the message says what to do.
    """
    found = answering_engine()
    if found:
        return found
    dockerd.start()
    return _our_own()


def answering_engine() -> Engine | None:
    """Return the engine of this machine that answers now: ours first, so that `up` is joined."""
    if dockerd.running():
        return _our_own()
    for docker_host in (os.environ.get("DOCKER_HOST"), f"unix://{_USUAL_SOCKET}"):
        if docker_host and dockerd.answers(docker_host):
            return Engine(docker_host=docker_host, address="127.0.0.1")
    return None


def _our_own() -> Engine:
    return Engine(
        docker_host=dockerd.socket_url(),
        address="127.0.0.1",
        log=str(dockerd.log_file()),
        ours=True,
    )
