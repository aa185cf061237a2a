# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers that something else has started stay as they are, if they are as described."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from docker.errors import APIError

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.engine import (
    Engine as EngineApi,
)
from tests.integration.community_docker import play_community_docker
from tests.integration.container_scene import REDIS, Scene
from tests.integration.free_ports import free_port

if TYPE_CHECKING:
    from tests.testbed import Engine, Testbed

pytestmark = pytest.mark.integration

#: One container as our module, ``docker run``, compose and community.docker are told to make it.
#: NAME and PORT are replaced for each test. Podman 5 does not report a capability in cap_drop
#: that its containers do not have anyway, such as MKNOD.
OURS: dict[str, Any] = {
    "image": REDIS,
    "command": "redis-server --save ''",
    "env": {"A": "1", "B": "two words"},
    "labels": {"tier": "cache"},
    "ports": ["127.0.0.1:PORT:6379", "PORT1:7001/udp"],
    "volumes": ["NAME-data:/named", "/etc/hostname:/host:ro", "/extra"],
    "networks": {"NAME-net": {"aliases": ["cache"]}},
    "restart": "on-failure:3",
    "user": "0:0",
    "workdir": "/tmp",
    "hostname": "cache",
    "stop_signal": "SIGINT",
    "stop_timeout": "3s",
    "shm_size": "32m",
    "cap_add": ["NET_ADMIN"],
    "cap_drop": ["SYS_CHROOT"],
    "read_only": True,
    "tmpfs": ["/scratch:size=64k"],
    "ulimits": {"nofile": {"soft": 512, "hard": 1024}, "nproc": 1024},
    "dns": ["192.0.2.1"],
    "extra_hosts": {"db": "192.0.2.7"},
    "security_opt": ["no-new-privileges"],
    "sysctls": {"net.core.somaxconn": "512"},
    "log_driver": "json-file",
    "log_opts": {"max-size": "1m"},
    "healthcheck": {"test": "redis-cli ping", "interval": "1s", "retries": 3},
    "pids_limit": 100,
    "pid": "host",
}

RUN = [
    *("run", "--detach", "--name", "NAME", "--env", "A=1", "--env", "B=two words"),
    *("--label", "tier=cache", "--publish", "127.0.0.1:PORT:6379", "--publish", "PORT1:7001/udp"),
    *("--mount", "source=NAME-data,target=/named", "--volume", "/extra"),
    *("--mount", "type=bind,source=/etc/hostname,target=/host,readonly"),
    *("--network", "NAME-net", "--network-alias", "cache", "--restart", "on-failure:3"),
    *("--user", "0:0", "--workdir", "/tmp", "--hostname", "cache", "--stop-signal", "SIGINT"),
    *(
        "--stop-timeout",
        "3",
        "--shm-size",
        "32m",
        "--cap-add",
        "NET_ADMIN",
        "--cap-drop",
        "SYS_CHROOT",
    ),
    *(
        "--read-only",
        "--tmpfs",
        "/scratch:size=64k",
        "--ulimit",
        "nofile=512:1024",
        "--ulimit",
        "nproc=1024",
    ),
    *("--dns", "192.0.2.1", "--add-host", "db:192.0.2.7", "--security-opt", "no-new-privileges"),
    *("--sysctl", "net.core.somaxconn=512", "--log-driver", "json-file", "--log-opt"),
    *("max-size=1m", "--health-cmd", "redis-cli ping", "--health-interval", "1s"),
    *(
        "--health-retries",
        "3",
        "--pids-limit=100",
        "--pid",
        "host",
        REDIS,
        "redis-server",
        "--save",
        "",
    ),
]

COMPOSE: dict[str, Any] = {
    "name": "NAME",
    "services": {
        "cache": {
            "container_name": "NAME",
            "image": REDIS,
            "command": ["redis-server", "--save", ""],
            "environment": {"A": "1", "B": "two words"},
            "labels": {"tier": "cache"},
            "ports": ["127.0.0.1:PORT:6379", "PORT1:7001/udp"],
            "volumes": [
                {"type": "volume", "source": "data", "target": "/named"},
                {"type": "bind", "source": "/etc/hostname", "target": "/host", "read_only": True},
                "/extra",
            ],
            "restart": "on-failure:3",
            "user": "0:0",
            "working_dir": "/tmp",
            "hostname": "cache",
            "stop_signal": "SIGINT",
            "stop_grace_period": "3s",
            "shm_size": "32m",
            "cap_add": ["NET_ADMIN"],
            "cap_drop": ["SYS_CHROOT"],
            "read_only": True,
            "tmpfs": ["/scratch:size=64k"],
            "ulimits": {"nofile": {"soft": 512, "hard": 1024}, "nproc": 1024},
            "dns": ["192.0.2.1"],
            "extra_hosts": {"db": "192.0.2.7"},
            "security_opt": ["no-new-privileges:true"],
            "sysctls": {"net.core.somaxconn": 512},
            "logging": {"driver": "json-file", "options": {"max-size": "1m"}},
            "healthcheck": {
                "test": ["CMD-SHELL", "redis-cli ping"],
                "interval": "1s",
                "retries": 3,
            },
            "pids_limit": 100,
            "pid": "host",
        }
    },
    "volumes": {"data": {"name": "NAME-data"}},
    "networks": {"default": {"name": "NAME-net", "external": True}},
}

COMMUNITY: dict[str, Any] = {
    "name": "NAME",
    "image": REDIS,
    "pull": "never",
    "command": ["redis-server", "--save", ""],
    "command_handling": "correct",
    "env": {"A": "1", "B": "two words"},
    "labels": {"tier": "cache"},
    "published_ports": ["127.0.0.1:PORT:6379", "PORT1:7001/udp"],
    "volumes": ["NAME-data:/named", "/etc/hostname:/host:ro", "/extra"],
    "networks": [{"name": "NAME-net", "aliases": ["cache"]}],
    "networks_cli_compatible": True,
    "restart_policy": "on-failure",
    "restart_retries": 3,
    "user": "0:0",
    "working_dir": "/tmp",
    "hostname": "cache",
    "stop_signal": "SIGINT",
    "stop_timeout": 3,
    "shm_size": "32M",
    "capabilities": ["NET_ADMIN"],
    "cap_drop": ["SYS_CHROOT"],
    "read_only": True,
    "tmpfs": ["/scratch:size=64k"],
    "ulimits": ["nofile:512:1024", "nproc:1024"],
    "dns_servers": ["192.0.2.1"],
    "etc_hosts": {"db": "192.0.2.7"},
    "security_opts": ["no-new-privileges"],
    "sysctls": {"net.core.somaxconn": "512"},
    "log_driver": "json-file",
    "log_options": {"max-size": "1m"},
    "healthcheck": {"test": "redis-cli ping", "interval": "1s", "retries": 3},
    "pids_limit": 100,
    "pid_mode": "host",
}


class Place(Scene):
    """A scene with the network that all of them use, and words put in."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        port = free_port()
        self._words = {"NAME": self.name, "PORT1": str(port + 1), "PORT": str(port)}
        self._limits = "pids_limit" not in EngineApi(engine.docker_host).incapable()
        self.client.networks.create(f"{self.name}-net")
        with suppress(APIError):  # Podman cannot pull it, and has it.
            self.client.images.pull(REDIS)

    def put(self, value: Any) -> Any:
        """Return the value with our names instead of the placeholders, and without a limit that
        the host cannot set: Podman does not start containers with it.
        """
        text = json.dumps(value)
        for word, own in self._words.items():
            text = text.replace(word, own)
        return json.loads(text) if self._limits else _unlimited(json.loads(text))

    def close(self) -> None:
        super().close()
        for volume in self.client.volumes.list(filters={"name": self.name}):
            volume.remove(force=True)


def _unlimited(value: Any) -> Any:
    """Return the value without limits of the number of processes, wherever they are in it."""
    if isinstance(value, dict):
        return {key: _unlimited(item) for key, item in value.items() if key != "pids_limit"}
    if isinstance(value, list):
        return [_unlimited(item) for item in value if item != "--pids-limit=100"]
    return value


def by_docker_run(place: Place, testbed: Testbed, folder: Path) -> None:
    docker(place, testbed, *place.put(RUN))


def by_compose(place: Place, testbed: Testbed, folder: Path) -> None:
    file = folder / "compose.yml"
    file.write_text(yaml.safe_dump(place.put(COMPOSE)))
    docker(place, testbed, "compose", "--file", str(file), "up", "--detach")


def docker(place: Place, testbed: Testbed, *arguments: str) -> None:
    environment = {**os.environ, **testbed.compose_env(), **place.engine.env}
    done = subprocess.run(
        ["docker", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def by_community_docker(place: Place, testbed: Testbed, folder: Path) -> None:
    task = place.put(COMMUNITY) | {"docker_host": place.engine.docker_host}
    if EngineApi(place.engine.docker_host).is_podman:
        task["image"] = place.client.images.get(REDIS).tags[0]  # It looks for it in a list.
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"community.docker.docker_container": task}],
    }
    play_community_docker(json.dumps([play]), folder)


Maker = Callable[[Place, "Testbed", Path], None]


def check(engine: Engine, testbed: Testbed, folder: Path, maker: Maker) -> None:
    """Check a container of another tool: left alone, different in each single setting, then
    adopted.
    """
    place = Place(engine)
    ours = place.put(OURS)
    try:
        maker(place, testbed, folder)
        identity = place.inspect()["Id"]
        result = place.apply(**ours)
        assert result.action == "none", result
        assert result.reason == "created by another tool; already matches"
        for name, value in ours.items():
            alone = {"image": ours["image"], name: value}
            assert place.apply(check=True, **alone).action == "none", name
        engine_api = EngineApi(engine.docker_host)
        for name, value in CHANGES.items():
            if name in engine_api.incapable():
                continue
            changed = place.apply(check=True, **{**ours, name: value})
            if changed.action == "none" and engine_api.is_podman:
                assert any("does not report" in n and name in n for n in place.notes), name
                continue
            assert changed.action in ("recreated", "updated"), (name, changed)
            assert name in changed.reason or name == "networks"
        # What is no longer asked for stays: nothing tells who had asked for it.
        without = {name: value for name, value in ours.items() if name != "env"}
        assert place.apply(**without).action == "none"
        assert place.inspect()["Id"] == identity
        place.applied("recreated", **{**ours, "env": {"A": "2"}})
        assert label.SPEC in place.inspect()["Config"]["Labels"]
        assert "B=two words" not in place.inspect()["Config"]["Env"]
    finally:
        place.close()


#: Another value of each.
CHANGES: dict[str, Any] = {
    "command": "redis-server",
    "env": {"A": "2"},
    "labels": {"tier": "store"},
    "ports": ["6379"],
    "volumes": ["/etc/hosts:/host:ro"],
    "networks": {"other-net": None},
    "restart": "always",
    "user": "1",
    "workdir": "/",
    "hostname": "store",
    "stop_signal": "SIGQUIT",
    "stop_timeout": 4,
    "shm_size": "16m",
    "cap_add": "SYS_PTRACE",
    "cap_drop": "NET_RAW",
    "read_only": False,
    "tmpfs": "/scratch:size=32k",
    "ulimits": {"nofile": 512},
    "dns": "192.0.2.2",
    "extra_hosts": {"db": "192.0.2.8"},
    "security_opt": "seccomp=unconfined",
    "sysctls": {"net.core.somaxconn": "256"},
    "log_driver": "none",
    "log_opts": {"max-size": "2m"},
    "healthcheck": {"test": "true"},
    "pids_limit": 200,
}

MAKERS = [by_docker_run, by_compose, by_community_docker]


@pytest.mark.sample
def test_of_docker_run(engine: Engine, testbed: Testbed, tmp_path: Path) -> None:
    check(engine, testbed, tmp_path, by_docker_run)


@pytest.mark.sweep
@pytest.mark.parametrize("maker", MAKERS)
def test_on_each_engine(
    each_engine: Engine, testbed: Testbed, tmp_path: Path, maker: Maker
) -> None:
    check(each_engine, testbed, tmp_path, maker)
