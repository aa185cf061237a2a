# SPDX-License-Identifier: GPL-3.0-or-later
"""Podman's service, which speaks Docker's API: an engine of its own storage. Needs root."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tests.testbed import debian
from tests.testbed.common import TestbedError
from tests.testbed.dockerd import answers
from tests.testbed.engine import Engine

_START_SECONDS = 30

#: What it runs, and the package that has it. The last two make networks, and find containers there
#: by name.
_PROGRAMS = {
    "podman": "podman",
    "runc": "runc",
    "/usr/lib/podman/netavark": "netavark",
    "/usr/lib/podman/aardvark-dns": "aardvark-dns",
}

# Raising limits is refused to containers of containers; crun cannot do with hybrid cgroups.
_CONFIG = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
"""
_INSECURE = """\
[[registry]]
prefix = "{}"
location = "{}"
insecure = true
"""
_NONE: Mapping[str, str] = {}


class PodmanService:
    """A Podman with storage of its own, whose service can be stopped and started again."""

    def __init__(self, insecure: Mapping[str, str]) -> None:
        """Prepare it. insecure: the addresses of registries without TLS, by their names."""
        debian.provide(_PROGRAMS)
        self._folder = Path(mkdtemp(prefix="vigo-podman-"))
        config = self._folder / "containers.conf"
        config.write_text(_CONFIG.format(folder=self._folder))
        registries = self._folder / "registries.conf"
        registries.write_text("".join(_INSECURE.format(*each) for each in insecure.items()))
        self._environment = {
            **os.environ,
            "CONTAINERS_CONF": str(config),
            "CONTAINERS_REGISTRIES_CONF": str(registries),
        }
        stores = ("--root", str(self._folder / "root"), "--runroot", str(self._folder / "run"))
        self._podman = ["podman", *stores]
        self._log = self._folder / "log"
        docker_host = f"unix://{self._folder}/podman.sock"
        self.engine = Engine(docker_host=docker_host, address="127.0.0.1", log=str(self._log))

    def start(self) -> None:
        command = [*self._podman, "system", "service", "--time=0", self.engine.docker_host]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        deadline = time.monotonic() + _START_SECONDS
        while not answers(self.engine.docker_host):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise TestbedError(f"podman does not answer: {self._log.read_text()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop the service; containers are not its children, and continue."""
        self._process.terminate()
        self._process.wait()

    def remove(self) -> None:
        removal = [*self._podman, "rm", "--all", "--force", "--time=0"]
        subprocess.run(removal, env=self._environment, capture_output=True, check=False)
        shutil.rmtree(self._folder, ignore_errors=True)


@contextmanager
def podman_service(insecure: Mapping[str, str] = _NONE) -> Iterator[PodmanService]:
    """Start it, after installing it if it is missing; all that it holds is removed with it.

    insecure: see `PodmanService`.
    """
    service = PodmanService(insecure)
    try:
        service.start()
        yield service
    finally:
        service.stop()
        service.remove()


@contextmanager
def podman_engine(insecure: Mapping[str, str] = _NONE) -> Iterator[Engine]:
    """Yield the engine of a service that runs all the time. insecure: see `PodmanService`."""
    with podman_service(insecure) as service:
        yield service.engine
