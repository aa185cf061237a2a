# SPDX-License-Identifier: GPL-3.0-or-later
"""SSH hosts with a Docker engine of their own, as containers on the base engine."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from docker.errors import NotFound
from docker.models.containers import Container

from tests.testbed import debian, dockerd
from tests.testbed.common import (
    NAME,
    REGISTRY_ADDRESS,
    REGISTRY_NAME,
    SUBNET,
    TestbedError,
    run,
    say,
    state_folder,
)
from tests.testbed.engine import Engine
from tests.testbed.hostimage import host_image
from tests.testbed.network import flags, run_on_network
from tests.testbed.sharing import SHARED, owner_labels

_READY_SECONDS = 240
_AT_A_TIME = 4

# A daemon in a container needs these; --privileged would do, but asks for more than some
# machines can give.
_CAPABILITIES = ["SYS_ADMIN", "NET_ADMIN", "SYS_PTRACE", "MKNOD", "SYSLOG"]
_SECURITY = ["seccomp=unconfined", "apparmor=unconfined", "systempaths=unconfined"]

SOCKET_LABEL = f"{NAME}.socket-folder"

# What a host without an engine starts, in place of the image's own entry point.
_ONLY_SSHD = """\
#!/bin/sh
set -e
mkdir -p /run/sshd ~root/.ssh
chmod 700 ~root/.ssh
printf '%s\\n' "$TESTBED_KEY" > ~root/.ssh/authorized_keys
exec /usr/sbin/sshd -D -e
"""
SSH_OPTIONS = (
    "-o StrictHostKeyChecking=no",
    "-o UserKnownHostsFile=/dev/null",
    "-o LogLevel=ERROR",
)


@dataclass(frozen=True)
class Host:
    """A host that was started; `stop` and `start` take it down and up.

    Attributes:
        name: as it calls itself and as the inventory calls it.
        address: its IP address, the same after a stop and start. Ports that its containers
            publish answer there as well.
        port: of sshd.
        key_file: the private key that opens root's account.
        engine: its Docker engine.
        has_engine: whether that was started; without it, a host needs 10 MiB of memory.
    """

    name: str
    address: str
    key_file: Path
    engine: Engine
    _base: Engine = field(repr=False)
    _container: Container = field(repr=False)
    port: int = 22
    has_engine: bool = True

    def run(self, command: str) -> str:
        """Run a shell command on the host, as root, not by SSH, and return its standard output.

        Raises:
            TestbedError: it failed; the message has its output.
        """
        shell = ["docker", "exec", str(self._container.name), "/bin/sh", "-c", command]
        return run(shell, env=self._base.env)

    def program(self, *command: str, folder: str = "/") -> list[str]:
        """Return the command of this machine that runs a program on the host, as root.

        folder: where it starts.
        """
        start = ["docker", "--host", self._base.docker_host, "exec", "--interactive"]
        return [*start, "--workdir", folder, str(self._container.name), *command]

    def start_program(self, *command: str) -> subprocess.Popen[str]:
        """Start a program on the host, as root, with its input and output as pipes."""
        return subprocess.Popen(
            self.program(*command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def docker(self, *arguments: str) -> str:
        """Run the docker command on the host, and return its standard output."""
        return self.run(shlex.join(["docker", *arguments]))

    def ssh(self, command: str) -> str:
        """Run a shell command on the host by SSH, and return its standard output."""
        options = shlex.split(" ".join(SSH_OPTIONS))
        login = ["-i", str(self.key_file), "-p", str(self.port), f"root@{self.address}"]
        return run(["ssh", *options, *login, command])

    def copy(self, source: Path, target: str) -> None:
        """Copy a file or a folder of this machine to a path on the host."""
        place = f"{self._container.name}:{target}"
        run(["docker", "cp", str(source), place], env=self._base.env)

    def inventory_line(self) -> str:
        """Return the host as a line of an INI inventory of Ansible."""
        return (
            f"{self.name} ansible_host={self.address} ansible_port={self.port} ansible_user=root"
            f" ansible_ssh_private_key_file={self.key_file}"
            f" ansible_ssh_common_args='{' '.join(SSH_OPTIONS)}'"
        )

    def stop(self) -> None:
        """Stop the host at once, as a power cut does; its disk stays."""
        self._container.kill()
        self._container.wait()

    def start(self) -> None:
        """Start it again, and wait until sshd and the engine answer."""
        self._container.start()
        self.wait()

    def wait(self) -> None:
        """Wait until sshd and the engine answer."""
        deadline = time.monotonic() + _READY_SECONDS
        while not (
            speaks_ssh(self.address, self.port)
            and (not self.has_engine or dockerd.answers(self.docker_host))
        ):
            if time.monotonic() > deadline:
                self._container.reload()
                log = self._container.logs(tail=20).decode(errors="replace")
                raise TestbedError(f"{self.name} is {self._container.status}, not ready:\n{log}")
            time.sleep(0.1)

    @property
    def docker_host(self) -> str:
        """Where its engine answers on this machine."""
        return self.engine.docker_host

    def remove(self) -> None:
        """End the host and remove its disk; nothing happens when it is gone already."""
        with suppress(NotFound):
            self._container.remove(force=True, v=True)
        shutil.rmtree(Path(self.docker_host.removeprefix("unix://")).parent, ignore_errors=True)


@dataclass(frozen=True)
class Fleet:
    """Hosts that were started together."""

    hosts: tuple[Host, ...]

    def __getitem__(self, name: str) -> Host:
        return next(host for host in self.hosts if host.name == name)

    def inventory(self) -> str:
        """Return an INI inventory of Ansible with all hosts."""
        return "".join(f"{host.inventory_line()}\n" for host in self.hosts)

    def close(self) -> None:
        """End all hosts."""
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            list(pool.map(Host.remove, self.hosts))


def start_fleet(
    base: Engine,
    names: Sequence[str],
    suite: str = "bookworm",
    *,
    systemd: bool = False,
    engine: bool = True,
    features: Mapping[str, bool] | None = None,
) -> Fleet:
    """Start hosts with these names, and wait until all are ready. See `Testbed.fleet`."""
    image = host_image(base, suite)
    key_file = login_key()
    say(f"starting {', '.join(names)} ...")
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        start = partial(
            _start_host,
            base,
            image,
            key_file=key_file,
            systemd=systemd,
            engine=engine,
            features=features,
        )
        starts = [pool.submit(start, name) for name in names]
    failures = [start.exception() for start in starts if start.exception()]
    fleet = Fleet(tuple(start.result() for start in starts if not start.exception()))
    if failures:
        fleet.close()
        raise failures[0] or TestbedError("a host did not start")
    return fleet


def shared_host(base: Engine) -> Host:
    """Return the host whose engine tests may fill where the base engine is a user's own."""
    name = f"{NAME}-engine"
    client = base.client()
    try:
        container = client.containers.get(name)
        if container.status == "running":
            address = container.attrs["NetworkSettings"]["Networks"][NAME]["IPAddress"]
            folder = Path(container.labels[SOCKET_LABEL])
            return _host(base, container, "engine", address, folder, login_key())
        container.remove(force=True, v=True)
    except NotFound:
        pass
    image = host_image(base, "bookworm")
    return _start_host(base, image, "engine", key_file=login_key(), shared=name)


def _start_host(
    base: Engine,
    image: str,
    name: str,
    *,
    key_file: Path,
    shared: str | None = None,
    systemd: bool = False,
    engine: bool = True,
    features: Mapping[str, bool] | None = None,
) -> Host:
    token = secrets.token_hex(4)
    folder = state_folder() / "hosts" / token
    folder.mkdir(parents=True)
    labels = owner_labels(SHARED if shared else None)
    environment = {
        "TESTBED_KEY": key_file.with_suffix(".pub").read_text().strip(),
        "TESTBED_DAEMON_JSON": json.dumps(_daemon_config(features or {})),
        "TESTBED_USER": str(os.geteuid()),
        "TESTBED_SYSTEMD": "1" if systemd else "",
        "container": "docker",  # systemd asks for this.
    }
    options = [
        *("--name", shared or f"{NAME}-{name}-{token}"),
        *("--hostname", name),
        *("--volume", f"{folder}:/run/testbed"),
        *("--add-host", f"{REGISTRY_NAME}:{REGISTRY_ADDRESS}"),
        *(("--tmpfs", "/run", "--tmpfs", "/run/lock") if systemd else ("--init",)),
        *("--cgroupns", "private"),
        *(() if engine else _without_engine()),
        *flags("--cap-add", _CAPABILITIES),
        *flags("--security-opt", _SECURITY),
        *flags("--label", {**labels, SOCKET_LABEL: str(folder)}),
        *flags("--env", environment),
    ]
    container, address = run_on_network(base, image, options)
    host = replace(_host(base, container, name, address, folder, key_file), has_engine=engine)
    try:
        host.wait()
    except BaseException:
        host.remove()
        raise
    return host


def _host(
    base: Engine, container: Container, name: str, address: str, folder: Path, key_file: Path
) -> Host:
    engine = Engine(
        docker_host=f"unix://{folder}/docker.sock",
        address=address,
        log=f"docker exec {container.name} cat /var/log/dockerd.log",
    )
    return Host(name, address, key_file, engine, base, container)


def _without_engine() -> list[str]:
    """Return the options of `docker create` for a host that starts nothing but sshd."""
    script = state_folder() / "only-sshd"
    unfinished = script.with_suffix(f".{secrets.token_hex(4)}")
    unfinished.write_text(_ONLY_SSHD)
    unfinished.chmod(0o755)
    unfinished.rename(script)
    target = "/usr/local/sbin/only-sshd"
    return ["--volume", f"{script}:{target}:ro", "--entrypoint", target]


def _daemon_config(features: Mapping[str, bool]) -> dict[str, object]:
    return {
        "features": dict(features),
        "hosts": ["unix:///run/docker.sock", "unix:///run/testbed/docker.sock"],
        # With images in containerd's store, a mirror without TLS needs a port.
        "registry-mirrors": [f"http://{REGISTRY_ADDRESS}:80"],
        "insecure-registries": [REGISTRY_NAME, str(SUBNET)],
    }


def login_key() -> Path:
    """Return the private key of this machine's testbed, created once."""
    path = state_folder() / "id_ed25519"
    if not path.exists():
        debian.provide({"ssh": "openssh-client", "ssh-keygen": "openssh-client"})
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", NAME, "-f", str(path)])
    return path


def speaks_ssh(address: str, port: int) -> bool:
    try:
        with closing(socket.create_connection((address, port), timeout=2)) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
