# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the page about docker_container, on a real engine."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docker.errors
import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import (
    docker_container_suboptions as suboptions,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.docker_container import (
    OPTIONS,
)
from tests.docker_container_page import TEXTS
from tests.integration.ansible_program import ansible
from tests.integration.community_docker import community_docker_options, play_community_docker
from tests.integration.free_ports import free_port

if TYPE_CHECKING:
    from docker import DockerClient

    from tests.testbed import Engine

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

SHOP = "shop-cache"
#: docker.yml as commands, for machines where community.docker is not installed.
BY_HAND = """
docker network create shop
docker volume create shop-data
docker run --detach --name shop-cache --env TZ=UTC --publish 127.0.0.1:16379:6379
  --volume shop-data:/data --network shop --network-alias cache --restart unless-stopped
  --workdir /data --cap-add NET_ADMIN --add-host db:192.0.2.7 --ulimit nofile=1024:2048
  --log-driver json-file --log-opt max-size=1m --stop-timeout 20
  redis:7-alpine redis-server --appendonly yes
"""


class Shop:
    """The objects of the page. port: in place of that on the page, which may be in use."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.client: DockerClient = engine.client()
        self.port = str(free_port())

    def text(self, name: str) -> str:
        return TEXTS.get(name, name).replace("16379", self.port)

    def by_hand(self) -> None:
        environment = {**os.environ, **self.engine.env}
        for line in re.sub(r"\n +", " ", self.text(BY_HAND)).strip().splitlines():
            subprocess.run(line.split(), env=environment, check=True, capture_output=True)

    def play(self, name: str, *options: str) -> tuple[int, str]:
        """Run a playbook of the page, and return how many tasks changed something, and all that
        was printed.
        """
        (self.folder / name).write_text(self.text(name))
        finished = ansible(
            *("playbook", "-i", "localhost,", "-c", "local", *options, name),
            cwd=self.folder,
            environment={"DOCKER_HOST": self.engine.docker_host, "ANSIBLE_PIPELINING": "true"},
        )
        assert finished.status == 0, finished.out + finished.err
        changed = re.search(r"changed=(\d+)", finished.out)
        assert changed is not None
        return int(changed[1]), finished.out

    def inspect(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.api.inspect_container(SHOP)
        return found

    def clean(self) -> None:
        with suppress(docker.errors.NotFound):
            self.client.api.remove_container(SHOP, force=True, v=True)
        for objects in (self.client.networks, self.client.volumes):
            for name in ("shop", "shop-data"):
                with suppress(docker.errors.NotFound):
                    objects.get(name).remove()


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Iterator[Shop]:
    made = Shop(engine, tmp_path)
    made.clean()
    yield made
    made.clean()
    made.client.close()


def check(shop: Shop) -> None:
    """Check that the same in our collection's words changes nothing, and the tasks by name."""
    before = shop.inspect()
    for name, options in (("changed.yml", ("--check",)), ("changed.yml", ()), ("final.yml", ())):
        changed, printed = shop.play(name, *options)
        assert changed == 0, printed
    after = shop.inspect()
    assert (after["Id"], after["State"]["StartedAt"]) == (
        before["Id"],
        before["State"]["StartedAt"],
    )
    predicted, printed = shop.play("by-name.yml", "--check")
    assert predicted == 3, printed  # The container is running, so starting it changes nothing.
    assert shop.inspect()["State"]["StartedAt"] == before["State"]["StartedAt"]
    changed, printed = shop.play("by-name.yml")
    assert changed == 4, printed
    address = after["NetworkSettings"]["Networks"]["shop"]["IPAddress"]
    assert f"{SHOP} has {address}" in printed
    with pytest.raises(docker.errors.NotFound):
        shop.inspect()


def test_containers_of_docker_run(shop: Shop) -> None:
    shop.client.images.pull("redis:7-alpine")
    shop.by_hand()
    check(shop)


def test_containers_of_community_docker(shop: Shop) -> None:
    host = shop.engine.docker_host
    play_community_docker(shop.text("docker.yml"), shop.folder, DOCKER_HOST=host)
    check(shop)


def test_the_table_has_every_option() -> None:
    """All options, keys and aliases of the module of the collection that is installed for tests."""
    listed = {name for row in OPTIONS for name in row.names.split()}
    options = community_docker_options("docker_container")
    names = {*options, *(name for one in options.values() for name in one.get("aliases", ()))}
    assert names - listed == set()
    keys = {name: set(one["suboptions"]) for name, one in options.items() if one.get("suboptions")}
    listed_keys = {
        name: {row.names for row in suboptions.SUBOPTIONS.get(name, ())} for name in keys
    }
    missing = {name: found - listed_keys[name] for name, found in keys.items()}
    assert not any(missing.values()), missing
