# SPDX-License-Identifier: GPL-3.0-or-later
"""The image of a fleet host: a Debian with sshd, Python and a Docker engine of its own.

debootstrap unpacks the packages here, which needs no root thanks to fakeroot; it
configures them in a container, which is root there. The result is cached as one tar file.
"""

from __future__ import annotations

import hashlib
import io
import os
import shlex
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import docker
from docker.errors import ImageNotFound

from tests.testbed import debian
from tests.testbed.common import NAME, TestbedError, cache_folder, run, say
from tests.testbed.compose import PACKAGE, compose_binary
from tests.testbed.engine import Engine

_BUILD_SECONDS = 900
_IMAGE = f"{NAME}/host"
_PACKAGES = (
    "python3 python3-docker openssh-server sudo docker.io iptables iproute2 netbase procps curl"
    " ca-certificates systemd systemd-sysv dbus python3-apt"
)
# Packages that later releases have beside those: the docker command, which their docker.io does not
# have, and Podman, which `tests/testbed/podman.py` starts, also for an ordinary user. forky has the
# busybox that today's small distributions have.
_LATER_PACKAGES = "docker-cli podman crun catatonit netavark aardvark-dns nftables passt uidmap"
_MORE_PACKAGES = {"trixie": _LATER_PACKAGES, "forky": f"{_LATER_PACKAGES} busybox"}

_CONFIGURE = """\
set -e
/debootstrap/debootstrap --second-stage
apt-get clean
rm -rf /var/lib/apt/lists/*
"""

# What a host does when it starts. The cgroups of its containers go below a cgroup of its own: an
# engine on cgroup v2 has mounted that already, read-only. Where the machine has cgroup v2
# controllers, processes must leave the root before they can be used; systemd does that itself.
ENTRY_POINT = """\
#!/bin/sh
set -e
mkdir -p /run/sshd ~root/.ssh /etc/docker
chmod 700 ~root/.ssh
printf '%s\\n' "$TESTBED_KEY" > ~root/.ssh/authorized_keys
printf '%s\\n' "$TESTBED_DAEMON_JSON" > /etc/docker/daemon.json
rm -rf /run/docker /run/docker.pid /run/containerd /run/testbed/docker.sock
(
    until [ -S /run/testbed/docker.sock ]; do sleep 0.1; done
    chown "$TESTBED_USER" /run/testbed/docker.sock
) &
if grep -q ' /sys/fs/cgroup cgroup2 ' /proc/mounts; then
    mount -o remount,bind,rw /sys/fs/cgroup
else
    mount -t cgroup2 none /sys/fs/cgroup
fi
if [ -n "$TESTBED_SYSTEMD" ]; then
    # The unit's own command line names a socket, which daemon.json may then not do.
    mkdir -p /etc/systemd/system/docker.service.d
    printf '[Service]\\nExecStart=\\nExecStart=/usr/sbin/dockerd\\n' \\
        > /etc/systemd/system/docker.service.d/testbed.conf
    exec /lib/systemd/systemd
fi
cd /sys/fs/cgroup
if [ -n "$(cat cgroup.controllers)" ]; then
    mkdir -p init
    xargs -rn1 < cgroup.procs > init/cgroup.procs || true
    sed 's/[^ ]*/+&/g' cgroup.controllers > cgroup.subtree_control
fi
cd /
dockerd >> /var/log/dockerd.log 2>&1 &
exec /usr/sbin/sshd -D -e
"""


def host_image(base: Engine, suite: str) -> str:
    """Return the name of the host image of a Debian release on the base engine, built when
    missing.
    """
    recipe = [suite, _PACKAGES, _MORE_PACKAGES.get(suite, ""), _CONFIGURE, ENTRY_POINT, PACKAGE]
    key = hashlib.sha256("\n".join(recipe).encode()).hexdigest()[:12]
    tag = f"{suite}-{key}"
    with closing(base.client(timeout=_BUILD_SECONDS)) as client:
        try:
            client.images.get(f"{_IMAGE}:{tag}")
        except ImageNotFound:
            archive = cache_folder() / f"host-{tag}.tar"
            if not archive.exists():
                _build(base, client, suite, archive)
            say("importing the host image ...")
            client.api.import_image_from_file(
                str(archive),
                repository=_IMAGE,
                tag=tag,
                changes=['ENTRYPOINT ["/usr/local/sbin/testbed-host"]', "VOLUME /var/lib/docker"],
            )
    return f"{_IMAGE}:{tag}"


def _build(base: Engine, client: docker.DockerClient, suite: str, archive: Path) -> None:
    say(f"building the host image from Debian {suite}; this takes two minutes, once ...")
    stage = f"{_IMAGE}:{suite}-unconfigured"
    with tempfile.TemporaryDirectory(dir=cache_folder()) as scratch:
        unpacked = _unpack(suite, Path(scratch))
        client.api.import_image_from_file(
            str(unpacked), repository=_IMAGE, tag=f"{suite}-unconfigured"
        )
    container = client.containers.create(
        stage,
        ["/bin/sh", "-c", _CONFIGURE],
        cap_add=["SYS_ADMIN"],
        security_opt=["seccomp=unconfined", "apparmor=unconfined"],
    )
    try:
        container.start()
        if container.wait(timeout=_BUILD_SECONDS)["StatusCode"] != 0:
            log = container.logs(tail=30).decode(errors="replace")
            raise TestbedError(f"configuring the host image failed:\n{log}")
        container.put_archive("/", _own_files())
        unfinished = archive.with_suffix(".part")
        run(["docker", "export", "-o", str(unfinished), str(container.id)], env=base.env)
        unfinished.rename(archive)
    finally:
        container.remove(force=True, v=True)
        client.images.remove(stage, force=True)


def _unpack(suite: str, scratch: Path) -> Path:
    """Return the first stage of debootstrap: a tar of all packages' files with their real
    owners.
    """
    tools = scratch / "tools"
    debian.provide({"wget": "wget"})  # debootstrap downloads with it.
    debian.unpack(["debootstrap"], tools)
    script = tools / "usr/share/debootstrap/scripts" / suite
    if not script.exists():  # This machine's debootstrap is older than the release.
        script.symlink_to("sid")
    packages = f"{_PACKAGES} {_MORE_PACKAGES.get(suite, '')}".split()
    bootstrap = [
        str(tools / "usr/sbin/debootstrap"),
        "--foreign",
        "--variant=minbase",
        f"--include={','.join(packages)}",
        suite,
        str(scratch / "root"),
        *filter(None, [os.environ.get(debian.MIRROR_VARIABLE)]),
    ]
    pack = ["tar", "-C", str(scratch / "root"), "-cf", str(scratch / "root.tar"), "."]
    command = ["sh", "-c", f"{shlex.join(bootstrap)} && {shlex.join(pack)}"]
    if os.geteuid() != 0:
        debian.provide({"fakeroot": "fakeroot"})
        command = ["fakeroot", *command]
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    run(command, env={"DEBOOTSTRAP_DIR": str(tools / "usr/share/debootstrap"), "PATH": path})
    return scratch / "root.tar"


def _own_files() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in (
            ("usr/local/sbin/testbed-host", ENTRY_POINT.encode()),
            ("usr/local/lib/docker/cli-plugins/docker-compose", compose_binary().read_bytes()),
        ):
            entry = tarfile.TarInfo(name)
            entry.mode = 0o755
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return stream.getvalue()
