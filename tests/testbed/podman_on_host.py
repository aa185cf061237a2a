# SPDX-License-Identifier: GPL-3.0-or-later
"""Podman on a host of a later Debian: of root, or of an ordinary user ("rootless")."""

from __future__ import annotations

import shlex
import time

from tests.testbed.common import REGISTRY_ADDRESS, REGISTRY_NAME, TestbedError
from tests.testbed.dockerd import answers
from tests.testbed.engine import Engine
from tests.testbed.fleet import Host

_START_SECONDS = 30

#: The account of the user, and where a session of it has its sockets.
USER = "worker"
USER_RUNTIME = "/run/user/1000"
USER_SOCKET = f"{USER_RUNTIME}/podman/podman.sock"

# Raising limits is refused to containers of containers, and these have no control groups that limit
# anything.
_CONTAINERS_CONF = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
pids_limit = 0
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
"""
_REGISTRIES_CONF = f"""\
unqualified-search-registries = ["docker.io"]
short-name-mode = "permissive"
[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "{REGISTRY_ADDRESS}"
insecure = true
[[registry]]
location = "{REGISTRY_NAME}"
insecure = true
[[registry]]
location = "{REGISTRY_ADDRESS}"
insecure = true
"""

# The storage is on the volume of the host's engine: an overlay cannot be below another one.
_SET_UP = """\
set -e
mkdir -p /etc/containers /var/lib/docker/podman /var/lib/containers
printf '%s' "$1" > /etc/containers/containers.conf
printf '%s' "$2" > /etc/containers/registries.conf
mountpoint -q /var/lib/containers || mount --bind /var/lib/docker/podman /var/lib/containers
"""
_SET_UP_USER = f"""\
set -e
id {USER} > /dev/null 2>&1 || useradd --create-home --uid 1000 --shell /bin/sh {USER}
printf '%s\\n' {USER}:100000:65536 | tee /etc/subuid > /etc/subgid
[ -e /dev/net/tun ] || {{ mkdir -p /dev/net; mknod -m 666 /dev/net/tun c 10 200; }}
own() {{ install --directory --owner={USER} --group={USER} "$@"; }}
own /home/{USER}/.local /home/{USER}/.local/share /home/{USER}/.local/share/containers
own /var/lib/docker/{USER} /run/testbed/user
own --mode=700 {USER_RUNTIME}
own {USER_RUNTIME}/podman
mount --bind /var/lib/docker/{USER} /home/{USER}/.local/share/containers
mount --bind /run/testbed/user {USER_RUNTIME}/podman
mkdir -p /sys/fs/cgroup/{USER}/service
chown -R {USER} /sys/fs/cgroup/{USER}
"""
_SERVICE = "podman system service --time=0 unix://{path} < /dev/null > {log} 2>&1 &"
_AS_USER = (
    f"echo $$ > /sys/fs/cgroup/{USER}/service/cgroup.procs;"
    f" cd /; exec setpriv --reuid={USER} --regid={USER} --init-groups"
    f" env --ignore-environment PATH=$PATH HOME=/home/{USER} USER={USER}"
    f" XDG_RUNTIME_DIR={USER_RUNTIME} "
)


def podman_of(host: Host) -> Engine:
    """Start Podman's service of root on a host, and return its engine."""
    _set_up(host)
    log = "/var/log/podman.log"
    host.run(f"exec {_SERVICE.format(path='/run/testbed/podman.sock', log=log)}")
    return _answering(host, "podman.sock", log)


def rootless_podman_of(host: Host) -> Engine:
    """Start Podman's service of an ordinary user on a host, and return its engine.

    Its socket on the host is where the user's systemd would have it, below `USER_RUNTIME`.
    """
    _set_up(host)
    host.run(_SET_UP_USER)
    log = f"/home/{USER}/podman.log"
    command = _SERVICE.format(path=USER_SOCKET, log=log)
    host.run(_AS_USER + shlex.join(["sh", "-c", command]))
    return _answering(host, "user/podman.sock", log)


def let_user_log_in(host: Host) -> None:
    """Let the user log in by SSH with the key that opens root's account."""
    folder = f"/home/{USER}/.ssh"
    host.run(
        f"install -d -o {USER} -g {USER} -m 700 {folder} &&"
        f" install -o {USER} -g {USER} -m 600 ~root/.ssh/authorized_keys {folder}"
    )


def _set_up(host: Host) -> None:
    host.run(shlex.join(["sh", "-c", _SET_UP, "sh", _CONTAINERS_CONF, _REGISTRIES_CONF]))


def _answering(host: Host, socket: str, log: str) -> Engine:
    folder = host.docker_host.rpartition("/")[0]
    engine = Engine(f"{folder}/{socket}", host.address, log=f"{log} on {host.name}")
    deadline = time.monotonic() + _START_SECONDS
    while not answers(engine.docker_host):
        if time.monotonic() > deadline:
            raise TestbedError(f"podman does not answer: {host.run(f'tail {log}')}")
        time.sleep(0.2)
    return engine
