# SPDX-License-Identifier: GPL-3.0-or-later
"""W10: requests that fail while a service is replaced behind HAProxy, nginx and Caddy.

Every tool replaces the same service on the same engine, one tool after the other. The proxies have
the configurations of docs/start-first.md.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from docker import DockerClient

from benchmarks.workloads.controller import BenchmarkError
from benchmarks.workloads.results import Figures
from tests.integration import web_proxies
from tests.testbed import Engine, Testbed
from tests.testbed.common import say
from tests.testbed.peers import community_docker

ROOT = Path(__file__).parents[2]
UNIT = "requests"
START_FIRST, STOP_FIRST = "vigo-bridge, start-first", "vigo-bridge, stop-first"
ANSIBLE, COMPOSE = "Ansible with community.docker", "docker compose up -d"
ROLLOUT = "docker compose, scaled to 2 and back"
#: Requests a second through each proxy.
RATE = 70
UPDATES_IN_A_ROUND = 5

_BROKEN = ("sh", "-c", "sleep 0.3; exit 3")
_CHECK = "wget -q -O /dev/null http://127.0.0.1:8080/health"
#: Seconds that the load continues after an update that failed.
_AFTERWARDS = 5.0
#: Seconds until a new container counts as failed in `_rollout`. docker-rollout waits for 60.
_HEALTH_LIMIT = 15.0
#: Seconds until a call counts as hung.
_PATIENCE = 600


@dataclass(frozen=True)
class Service:
    """The container that is replaced, and what a tool needs for that. name: also in the DNS."""

    engine: Engine
    testbed: Testbed
    client: DockerClient
    name: str
    folder: Path

    @property
    def network(self) -> str:
        return f"{self.name}-net"

    @property
    def done(self) -> Path:
        return self.folder / "done"


#: Applies a release of a service with a program; it may fail.
Tool = Callable[[Service, str, tuple[str, ...]], None]


def figures(testbed: Testbed, rounds: int) -> Iterator[Figures]:
    """Yield the failed requests by tool: of good updates, by proxy, and of an update that fails."""
    engine = testbed.test_engine()
    client = engine.client()
    try:
        web_proxies.build(client)
        good: dict[str, web_proxies.Counts] = {}
        broken: dict[str, web_proxies.Counts] = {}
        for name, tool in TOOLS.items():
            with _service(testbed, engine, client) as service:
                good[name] = _good(service, tool, rounds * UPDATES_IN_A_ROUND)
                say(f"  {name}: {_failed(good[name])} of {_sent(good[name])} requests failed")
                broken[name] = _one_that_fails(service, tool)
                say(f"  {name}, broken image: {_failed(broken[name])} requests failed")
    finally:
        client.close()
    updates = f"{rounds * UPDATES_IN_A_ROUND} updates"
    yield _figures(f"{updates}, requests sent", {name: _sent(each) for name, each in good.items()})
    for proxy in web_proxies.PROXIES:
        failed = {name: _failed(each, proxy) for name, each in good.items()}
        yield _figures(f"{updates}, failed through {proxy}", failed)
    failed = {name: _failed(each) for name, each in broken.items()}
    yield _figures("1 update with a broken image, failed", failed)


def _figures(name: str, counts: dict[str, int]) -> Figures:
    return Figures(name, 0, {tool: [count] for tool, count in counts.items()}, UNIT)


def _sent(counts: web_proxies.Counts) -> int:
    return sum(counts.sent.values())


def _failed(counts: web_proxies.Counts, proxy: str = "") -> int:
    """Return how many requests failed. proxy: count only those through this one."""
    kinds = counts.failed.items()
    return sum(count for how, count in kinds if not proxy or f"-{proxy}: " in how)


def _good(service: Service, tool: Tool, updates: int) -> web_proxies.Counts:
    tool(service, "0", _program())
    with _load(service) as counts:
        for release in range(1, updates + 1):
            before = _running(service)
            tool(service, str(release), _program())
            if len(_running(service)) != 1 or _running(service) == before:
                raise BenchmarkError(f"{service.name} was not replaced: {_running(service)}")
    if counts.repeated:
        raise BenchmarkError(f"requests ran twice: {counts.repeated[:3]}")
    return counts


def _one_that_fails(service: Service, tool: Tool) -> web_proxies.Counts:
    with _load(service) as counts:
        tool(service, "broken", _BROKEN)
        time.sleep(_AFTERWARDS)
    return counts


@contextmanager
def _load(service: Service) -> Iterator[web_proxies.Counts]:
    done = partial(web_proxies.read_done, service.done)
    place = (service.client, service.name, service.network, done)
    with web_proxies.load(*place, rate=RATE) as counts:
        yield counts


@contextmanager
def _service(testbed: Testbed, engine: Engine, client: DockerClient) -> Iterator[Service]:
    name = f"lost-{uuid.uuid4().hex[:8]}"
    with TemporaryDirectory() as folder:
        service = Service(engine, testbed, client, name, Path(folder))
        service.done.mkdir(mode=0o777)
        network = client.networks.create(service.network)
        try:
            yield service
        finally:
            for container in client.containers.list(all=True, filters={"name": f"(?i){name}"}):
                container.remove(force=True, v=True)
            network.remove()


def _program() -> tuple[str, ...]:
    return ("python3", "-u", "-c", web_proxies.SERVICE)


def _running(service: Service) -> set[str]:
    """Return the IDs of the service's running containers."""
    return _containers(service, all=False)


def _containers(service: Service, *, all: bool = True) -> set[str]:
    """Return the IDs of the service's containers."""
    filters = {"label": f"lost={service.name}"}
    return {found["Id"] for found in service.client.api.containers(all=all, filters=filters)}


def _start_first(service: Service, release: str, program: tuple[str, ...]) -> None:
    _vigo_bridge(service, release, program, {"update": "start-first", "drain_time": "4s"})


def _stop_first(service: Service, release: str, program: tuple[str, ...]) -> None:
    _vigo_bridge(service, release, program, {})


def _vigo_bridge(
    service: Service, release: str, program: tuple[str, ...], options: dict[str, Any]
) -> None:
    arguments = {
        "container": service.name,
        "image": web_proxies.IMAGE,
        "pull": "never",
        "network": service.network,
        "entrypoint": list(program),
        "volumes": f"{service.done}:/done",
        "share_volumes": True,
        "env": {"RELEASE": release},
        "labels": {"lost": service.name},
        "restart": "always",
        "stop_timeout": "10s",
        "settle_time": "1s",
        "healthcheck": {"test": _CHECK, "interval": "300ms"},
        "docker_host": service.engine.docker_host,
        **options,
    }
    _play(service, Path(sys.executable), {"vigo.bridge.container": arguments})


def _community_docker(service: Service, release: str, program: tuple[str, ...]) -> None:
    arguments = {
        "name": service.name,
        "image": web_proxies.IMAGE,
        "pull": "never",
        "networks": [{"name": service.network}],
        "networks_cli_compatible": True,
        "entrypoint": list(program),
        "volumes": [f"{service.done}:/done"],
        "env": {"RELEASE": release},
        "labels": {"lost": service.name},
        "restart_policy": "always",
        "stop_timeout": 10,
        "healthcheck": {"test": ["CMD-SHELL", _CHECK], "interval": "300ms"},
        "docker_host": service.engine.docker_host,
    }
    _play(service, community_docker(), {"community.docker.docker_container": arguments})


def _play(service: Service, python: Path, task: dict[str, Any]) -> None:
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}
    play["vars"] = {"ansible_python_interpreter": str(python)}
    playbook = service.folder / "play.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    settings = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT), "ANSIBLE_HOME": str(service.folder)}
    command = [str(python.with_name("ansible-playbook")), str(playbook)]
    subprocess.run(
        command, env={**os.environ, **settings}, capture_output=True, check=False, timeout=_PATIENCE
    )


def _compose_up(service: Service, release: str, program: tuple[str, ...]) -> None:
    _write_compose_file(service, release, program)
    _docker(service, "compose", "up", "-d")


def _rollout(service: Service, release: str, program: tuple[str, ...]) -> None:
    """Do what the plugin docker-rollout does: start a second one, and stop the first if the second
    is healthy.
    """
    _write_compose_file(service, release, program)
    old = _running(service)
    if not old:
        _docker(service, "compose", "up", "-d")
        return
    _docker(service, "compose", "up", "-d", "--no-recreate", "--scale", f"{service.name}=2")
    is_healthy = _await_health(service, old)
    for container in old if is_healthy else _containers(service) - old:
        _docker(service, "stop", container)
        _docker(service, "rm", container)


def _await_health(service: Service, old: set[str]) -> bool:
    """Return whether a new container becomes healthy."""
    deadline = time.monotonic() + _HEALTH_LIMIT
    while time.monotonic() < deadline:
        new = _running(service) - old
        states = [service.client.api.inspect_container(each)["State"] for each in new]
        if states and all(state["Health"]["Status"] == "healthy" for state in states):
            return True
        time.sleep(0.5)
    return False


def _write_compose_file(service: Service, release: str, program: tuple[str, ...]) -> None:
    described = {
        "image": web_proxies.IMAGE,
        "pull_policy": "never",
        "entrypoint": list(program),
        "volumes": [f"{service.done}:/done"],
        "environment": {"RELEASE": release},
        "labels": {"lost": service.name},
        "restart": "always",
        "stop_grace_period": "10s",
        "healthcheck": {"test": ["CMD-SHELL", _CHECK], "interval": "300ms"},
        "networks": ["outer"],
    }
    document = {
        "name": service.name,
        "services": {service.name: described},
        "networks": {"outer": {"name": service.network, "external": True}},
    }
    (service.folder / "compose.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")


def _docker(service: Service, *arguments: str) -> None:
    settings = {**service.testbed.compose_env(), "DOCKER_HOST": service.engine.docker_host}
    subprocess.run(
        ["docker", *arguments],
        cwd=service.folder,
        env={**os.environ, **settings},
        capture_output=True,
        check=False,
        timeout=_PATIENCE,
    )


TOOLS: dict[str, Tool] = {
    START_FIRST: _start_first,
    STOP_FIRST: _stop_first,
    ANSIBLE: _community_docker,
    COMPOSE: _compose_up,
    ROLLOUT: _rollout,
}
