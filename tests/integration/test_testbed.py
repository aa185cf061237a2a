# SPDX-License-Identifier: GPL-3.0-or-later
"""The testbed gives what it promises: public names pull, hosts answer, parts go down and up."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
import pytest
import requests
from docker.errors import DockerException
from docker.models.containers import Container

from tests.integration.container_scene import named_images
from tests.testbed import Engine, Fleet, Host, Registry, Testbed

pytestmark = pytest.mark.integration

Start = Callable[..., Any]


@pytest.fixture
def client(engine: Engine) -> Iterator[docker.DockerClient]:
    with closing(engine.client()) as opened:
        yield opened


@pytest.fixture
def start(client: docker.DockerClient) -> Iterator[Start]:
    """Yield a function that starts a container with a unique name; it is removed with the test."""
    started = []

    def start(image: str, **options: Any) -> Container:
        client.images.pull(image)
        name = f"testbed-test-{secrets.token_hex(4)}"
        container = client.containers.run(image, detach=True, name=name, **options)
        started.append(container)
        return container

    yield start
    for container in started:
        container.remove(force=True, v=True)


def test_redis_pulls_by_its_public_name_and_serves(start: Start) -> None:
    redis = start("redis:7-alpine", command="redis-server --maxmemory 64mb")
    assert "PONG" in eventually(lambda: redis.exec_run("redis-cli ping").output.decode(), "PONG")
    assert "67108864" in redis.exec_run("redis-cli config get maxmemory").output.decode()
    assert [mount["Destination"] for mount in redis.attrs["Mounts"]] == ["/data"]


@pytest.mark.parametrize("version", ["v1.10.1", "v1.10.2"])
def test_whoami_tells_its_version_at_the_engines_address(
    engine: Engine, start: Start, version: str
) -> None:
    whoami = start(f"traefik/whoami:{version}", ports={"80/tcp": None})
    whoami.reload()
    port = whoami.ports["80/tcp"][0]["HostPort"]
    page = eventually(lambda: requests.get(f"http://{engine.address}:{port}", timeout=5).text)
    assert f"traefik/whoami:{version}" in page


def test_broken_image_ends_at_once(start: Start) -> None:
    broken = start("traefik/whoami:broken")
    assert broken.wait(timeout=20)["StatusCode"] == 1
    assert b"cannot open the database" in broken.logs()


def test_hosts_pull_from_the_private_registry_by_its_name(fleet3: Fleet) -> None:
    host = fleet3["web1.app.example.com"]
    host.docker("run", "-d", "--name=app", "-p=8080:8080", "myregistry.example.com/webapp:v2.1.0")
    page = eventually(lambda: requests.get(f"http://{host.address}:8080/health", timeout=5).text)
    assert page == "ok v2.1.0\n"
    host.docker("rm", "-f", "app")


def test_hosts_answer_by_ssh_with_docker_and_compose(fleet3: Fleet) -> None:
    for host in fleet3.hosts:
        assert host.ssh("hostname").strip() == host.name
        assert "CONTAINER ID" in host.ssh("docker ps")
        assert "v2." in host.ssh("docker compose version")


def test_inventory_reaches_every_host_with_ansible(
    fleet3: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> None:
    inventory = tmp_path_factory.mktemp("inventory") / "hosts.ini"
    inventory.write_text(fleet3.inventory())
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ansible")),
            "all",
            "-i",
            str(inventory),
            "-m",
            "ping",
            "--one-line",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.count('"ping": "pong"') == 3, done.stdout + done.stderr


def test_host_goes_down_and_comes_up_at_its_address(fleet3: Fleet) -> None:
    host = fleet3["web3.app.example.com"]
    host.docker("pull", "-q", "redis:7-alpine")
    host.stop()
    with pytest.raises(DockerException, match="refused"):
        host.engine.client(timeout=5)
    host.start()
    assert host.ssh("hostname").strip() == host.name
    assert "redis" in host.docker("images"), "its disk stayed"


def test_a_host_with_systemd_manages_services_and_runs_containers(systemd_host: Host) -> None:
    asked = "systemctl is-system-running --wait; systemctl is-active ssh docker"
    assert systemd_host.ssh(asked).split() == ["running", "active", "active"]
    ran = systemd_host.docker("run", "--rm", "redis:7-alpine", "redis-server", "--version")
    assert ran.startswith("Redis server")


def test_compose_runs_on_this_machine(compose_env: dict[str, str]) -> None:
    version = subprocess.run(
        ["docker", "compose", "version", "--short"],
        env={**os.environ, **compose_env},
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout.startswith("2.")


def test_a_registry_can_be_protected_filled_and_down(testbed: Testbed, fleet3: Fleet) -> None:
    registry: Registry = testbed.private_registry({"ann": "secret"})
    host = fleet3.hosts[0]
    assert requests.get(f"{registry.url}/v2/", timeout=5).status_code == 401
    host.run(f"echo secret | docker login -u ann --password-stdin {registry.address}")
    image = f"{registry.address}/app:v1"
    host.docker("pull", "-q", "traefik/whoami:v1.10.1")
    host.docker("tag", "traefik/whoami:v1.10.1", image)
    host.docker("push", "-q", image)
    registry.stop()
    with pytest.raises(Exception, match="connect"):
        host.docker("pull", "-q", image)
    registry.start()
    host.docker("pull", "-q", image)


def test_a_tag_moves(engine: Engine, client: docker.DockerClient, registry: Registry) -> None:
    name = f"myregistry.example.com/moving-{secrets.token_hex(4)}"
    for version in ("v1.10.1", "v1.10.2"):
        client.images.pull(f"traefik/whoami:{version}")
        registry.push(engine, f"traefik/whoami:{version}", f"{name}:{version}")
        registry.tag(f"{name}:{version}", "stable")
        pulled = client.images.pull(f"{name}:stable")
        assert pulled.id == client.images.get(f"traefik/whoami:{version}").id
    client.images.remove(f"{name}:stable")
    for _image, left in named_images(client):
        if left.startswith(f"{name}@"):
            client.images.remove(left)


def test_a_stand_in_loads_into_an_engine_without_our_registry(
    fleet3: Fleet, registry: Registry
) -> None:
    host = fleet3["web2.app.example.com"]
    with closing(host.engine.client()) as client:
        registry.load(client, "redis:8-alpine")
        loaded = client.images.get("redis:8-alpine").id
        assert client.images.pull("redis:8-alpine").id == loaded
        assert b"v=" in client.containers.run("redis:8-alpine", "redis-server -v", remove=True)


def eventually(ask: Callable[[], str], wanted: str = "") -> str:
    """Return the first answer that has `wanted`; a container takes a moment to listen."""
    deadline = time.monotonic() + 20
    while True:
        try:
            answer = ask()
            if wanted in answer:
                return answer
        except requests.ConnectionError:
            answer = "no connection"
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)
