# SPDX-License-Identifier: GPL-3.0-or-later
"""A Docker daemon of our own, for machines if no engine answers. Needs root."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import docker
from docker.errors import DockerException

from tests.testbed import debian
from tests.testbed.common import (
    REGISTRY_ADDRESS,
    REGISTRY_NAME,
    SUBNET,
    TestbedError,
    cache_folder,
    say,
    state_folder,
)

_START_SECONDS = 60
_STOP_SECONDS = 30

# dockerd gets a /etc/hosts of its own that knows our registry; the machine's stays as it is.
_IN_OWN_MOUNTS = 'mount --bind "$1" /etc/hosts; shift; exec "$@"'


def socket_url() -> str:
    """Return the address of our daemon, when it runs."""
    return f"unix://{_socket()}"


def running() -> bool:
    """Return whether our daemon runs and answers."""
    return _socket().exists() and answers(socket_url())


def answers(docker_host: str) -> bool:
    """Return whether an engine answers there."""
    try:
        client = docker.DockerClient(base_url=docker_host, timeout=10)
        try:
            return bool(client.ping())
        finally:
            client.close()
    except DockerException:
        return False


def start() -> None:
    """Start the daemon, after installing it if it is missing, and wait until it answers.

    Raises:
        TestbedError: it cannot be installed, or does not answer in time; the message has its log.
    """
    if os.geteuid() != 0:
        raise TestbedError(
            "no Docker engine answers you, and only root can start one. Start Docker and see that"
            " you may use it (group docker, or DOCKER_HOST), or run this as root"
        )
    debian.provide({"dockerd": "docker.io", "iptables": "iptables"})
    _stop_process()  # One that hangs, or lost its socket.
    say("starting dockerd ...")
    state = state_folder()
    hosts = state / "etc-hosts"
    hosts.write_text(f"{Path('/etc/hosts').read_text()}\n{REGISTRY_ADDRESS} {REGISTRY_NAME}\n")
    config = state / "daemon.json"
    config.write_text(json.dumps(_config(), indent=2))
    with log_file().open("ab") as log:
        process = subprocess.Popen(
            [
                *("unshare", "--mount", "--propagation", "slave"),
                *("sh", "-c", _IN_OWN_MOUNTS, "sh", str(hosts)),
                *("dockerd", "--config-file", str(config)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while not running():
        if process.poll() is not None or time.monotonic() > deadline:
            log_end = log_file().read_text(errors="replace")[-2000:]
            raise TestbedError(f"dockerd does not answer; the end of {log_file()}:\n{log_end}")
        time.sleep(0.2)


def stop() -> None:
    """Remove all containers and networks of the daemon, and end it; its images stay as cache."""
    if running():
        say("stopping dockerd ...")
        client = docker.DockerClient(base_url=socket_url(), timeout=60)
        for container in client.containers.list(ignore_removed=True, all=True):
            container.remove(force=True, v=True)
        client.networks.prune()
        for volume in client.volumes.list():
            volume.remove(force=True)
        client.close()
    _stop_process()


def log_file() -> Path:
    """Return the daemon's log."""
    return state_folder() / "dockerd.log"


def _config() -> dict[str, object]:
    state = state_folder()
    return {
        "hosts": [socket_url()],
        "data-root": str(cache_folder() / "engine"),
        "exec-root": str(state / "exec"),
        "pidfile": str(_pid_file()),
        "registry-mirrors": [f"http://{REGISTRY_ADDRESS}"],
        "insecure-registries": [REGISTRY_NAME, str(SUBNET)],
    }


def _socket() -> Path:
    return state_folder() / "docker.sock"


def _pid_file() -> Path:
    return state_folder() / "dockerd.pid"


def _stop_process() -> None:
    """End our daemon and its containerd, and remove their files.

    A new daemon trusts a containerd whose pid file names a process, even a dead one that nobody has
    waited for.
    """
    for pid in (_pid(), _containerd_pid()):
        if pid is not None:
            _end(pid)
    for sign in (_pid_file(), _socket(), _containerd_folder() / "containerd.pid"):
        sign.unlink(missing_ok=True)


def _end(pid: int) -> None:
    for number, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, _STOP_SECONDS)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while _alive(pid) and time.monotonic() < deadline:
            time.sleep(0.1)


def _alive(pid: int) -> bool:
    """Return whether the process runs; false for one that ended but was not waited for yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _pid() -> int | None:
    """Return the process of our daemon."""
    return _process(_pid_file(), f"dockerd\0--config-file\0{state_folder()}/daemon.json\0")


def _containerd_pid() -> int | None:
    """Return the process of the containerd that our daemon has started."""
    folder = _containerd_folder()
    return _process(folder / "containerd.pid", f"containerd\0--config\0{folder}/containerd.toml\0")


def _containerd_folder() -> Path:
    return state_folder() / "exec" / "containerd"


def _process(pid_file: Path, command: str) -> int | None:
    """Return the process in a pid file, if it is still the same one."""
    try:
        pid = int(pid_file.read_text())
        running_command = Path(f"/proc/{pid}/cmdline").read_text()
    except (OSError, ValueError):
        return None
    return pid if command in running_command else None
