# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for public images, made from Debian packages, under the names that users write.

They have what the real ones have as far as a container's life goes: entry point, volume, working
directory, port. The web servers tell their version, so a test sees which one answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.testbed.common import REGISTRY_NAME
from tests.testbed.layers import Recipe

BROKEN = "broken"  # This tag's command ends at once with status 1.
SICK = "sick"  # This tag answers, but its /health is a 404.


@dataclass(frozen=True)
class StandIn:
    """An image: its layers from the bottom up, and `config` as `docker inspect` shows it."""

    name: str
    layers: tuple[Recipe, ...]
    config: dict[str, Any] = field(default_factory=dict)


def stand_ins() -> list[StandIn]:
    """Return all images that the registry offers."""
    webapp, api = f"{REGISTRY_NAME}/webapp", f"{REGISTRY_NAME}/api"
    return [
        _redis("redis:7-alpine"),
        _redis("redis:8-alpine"),
        *(_web("traefik/whoami", tag, port=80) for tag in ("v1.10.1", "v1.10.2", "latest")),
        _web("traefik/whoami", SICK, port=80),
        _broken("traefik/whoami"),
        *(_web(webapp, tag, port=8080) for tag in ("v2.1.0", "v2.2.0", "latest")),
        _web(webapp, SICK, port=8080),
        _broken(webapp),
        _web(api, "v2.1.0", port=8080),
        _web("nginx", "latest", port=80),
        _debian("bookworm-slim"),
    ]


# As the real image: options alone are for redis-server, and without a configuration of its own it
# answers other hosts (protected mode off).
_REDIS_ENTRYPOINT = """\
#!/bin/sh
set -e
case "$1" in
    -* | *.conf) set -- redis-server "$@" ;;
esac
case "$*" in
    "redis-server -v" | "redis-server --version" | "redis-server --help") ;;
    redis-server*) set -- "$@" --protected-mode no ;;
esac
exec "$@"
"""


def _redis(name: str) -> StandIn:
    programs = Recipe(packages=("redis-server", "redis-tools"), busybox=True, folders=("/data",))
    start = Recipe(scripts={"/usr/local/bin/docker-entrypoint.sh": _REDIS_ENTRYPOINT})
    config = {
        "Entrypoint": ["docker-entrypoint.sh"],
        "Cmd": ["redis-server"],
        "Env": [_PATH, f"REDIS_STAND_IN={name}"],
        "ExposedPorts": {"6379/tcp": {}},
        "Volumes": {"/data": {}},
        "WorkingDir": "/data",
    }
    return StandIn(name, (programs, start), config)


def _debian(tag: str) -> StandIn:
    """Return a Debian to log in to: with the SSH server and Python that others would install
    first.
    """
    packages = ("openssh-client", "openssh-server", "python3")
    programs = Recipe(packages=packages, busybox=True, folders=("/tmp", "/root", "/run"))
    accounts = {
        "/etc/group": "root:x:0:\nnogroup:x:65534:\n",
        "/etc/passwd": "root:x:0:0:root:/root:/bin/sh\n"
        "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n",
        "/etc/shadow": "root:*:19000::::::\nsshd:!:19000::::::\n",
        "/etc/ssh/sshd_config": "Subsystem sftp internal-sftp\n",
    }
    config = {"Cmd": ["/bin/sh"], "Env": [_PATH]}
    return StandIn(f"debian:{tag}", (programs, Recipe(texts=accounts)), config)


_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_BUSYBOX = Recipe(busybox=True, folders=("/tmp", "/www"))

# A shell that waits can end at once on SIGTERM; busybox httpd as process 1 would ignore it.
_WEB_ENTRYPOINT = """\
#!/bin/sh
printf 'Hostname: %s\\n' "$(hostname)" >> /www/index.html
trap 'exit 0' TERM INT
httpd -f -v -p "${WHOAMI_PORT_NUMBER:-@PORT@}" -h /www &
wait $!
"""


def _web(repository: str, tag: str, *, port: int) -> StandIn:
    pages = {"/www/index.html": f"{repository}:{tag}\n"}
    if tag != SICK:
        pages["/www/health"] = f"ok {tag}\n"
    entrypoint = _WEB_ENTRYPOINT.replace("@PORT@", str(port))
    content = Recipe(scripts={"/usr/local/bin/serve": entrypoint}, texts=pages)
    config = {
        "Entrypoint": ["serve"],
        "Env": [_PATH],
        "ExposedPorts": {f"{port}/tcp": {}},
        "Labels": {"org.opencontainers.image.version": tag},
    }
    return StandIn(f"{repository}:{tag}", (_BUSYBOX, content), config)


def _broken(repository: str) -> StandIn:
    complaint = "echo 'fatal: cannot open the database' >&2; exit 1"
    config = {"Cmd": ["/bin/sh", "-c", complaint], "Env": [_PATH]}
    return StandIn(f"{repository}:{BROKEN}", (_BUSYBOX,), config)
