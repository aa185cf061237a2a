# SPDX-License-Identifier: GPL-3.0-or-later
"""Podman's service, which speaks Docker's API: an engine of its own storage. Needs root."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from tests.testbed import debian
from tests.testbed.common import TestbedError
from tests.testbed.dockerd import answers
from tests.testbed.engine import Engine

_START_SECONDS = 30

# Raising limits is refused to containers of containers; crun cannot do with hybrid cgroups.
_CONFIG = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
[network]
network_config_dir = "{folder}/networks"
"""


@contextmanager
def podman_engine() -> Iterator[Engine]:
    """Start it, installing it first where it is missing; all that it holds goes with it."""
    missing = [program for program in ("podman", "runc") if not shutil.which(program)]
    if missing:
        debian.install(*missing)
    folder = Path(mkdtemp(prefix="vigo-podman-"))
    config = folder / "containers.conf"
    config.write_text(_CONFIG.format(folder=folder))
    docker_host = f"unix://{folder}/podman.sock"
    command = [
        *("podman", "--root", str(folder / "root"), "--runroot", str(folder / "run")),
        *("system", "service", "--time=0", docker_host),
    ]
    environment = {**os.environ, "CONTAINERS_CONF": str(config)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not answers(docker_host):
            if process.poll() is not None or time.monotonic() > deadline:
                raise TestbedError(f"podman does not answer: {(folder / 'log').read_text()}")
            time.sleep(0.2)
        yield Engine(docker_host=docker_host, address="127.0.0.1", log=str(folder / "log"))
    finally:
        process.terminate()
        process.wait()
        removal = [*command[:5], "rm", "--all", "--force", "--time=0"]
        subprocess.run(removal, env=environment, capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)
