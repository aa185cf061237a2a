# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollouts and registries: a limit on hosts that pull, a login that expires, a pull that hangs."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.integration.container_scene import remove_images
from tests.integration.local_fleet import LocalFleet
from tests.integration.program import Finished
from tests.integration.test_container_images import PASSWORD, USER, Shop
from tests.integration.test_interrupt import await_no_process_with, start

if TYPE_CHECKING:
    from tests.testbed import Engine, Registry, Testbed
    from tests.testbed.registry_proxy import Answer, RegistryProxy

pytestmark = pytest.mark.integration

FIRST, SECOND = "traefik/whoami:v1.10.1", "traefik/whoami:v1.10.2"
SITE = """\
name: site
vars: {me: nobody, image: none}
resources:
  - name: web
    type: container
    container: "TOKEN-{{ .Vars.me }}"
    image: "{{ .Vars.image }}"
    settle_time: "0"
    docker_host: ENGINE
"""
LOGIN = "    registry_username: deploy\n    registry_password: secret:registry/password\n"


class PullingFleet(LocalFleet):
    """Hosts with one container each, all on one engine."""

    def __init__(self, folder: Path, engine: Engine, count: int, login: str = "") -> None:
        super().__init__(folder, [], count=count)
        self.token = f"pulling-{uuid.uuid4().hex[:10]}"
        self._client = engine.client()
        site = SITE.replace("TOKEN", self.token).replace("ENGINE", engine.docker_host) + login
        (self.stack / "configcrates/site.vgo").write_text(site)

    def use(self, images: Mapping[str, str]) -> None:
        """Set the image of each host."""
        self.inventory.write_text(
            "".join(
                f"{self._line(host).strip()} me={host} image={image}\n"
                for host, image in images.items()
            )
        )

    def images(self) -> dict[str, str]:
        """Return the image of the container of each host, of those that run."""
        found = self._client.containers.list(filters={"name": self.token})
        return {
            str(each.name).removeprefix(f"{self.token}-"): str(each.attrs["Config"]["Image"])
            for each in found
        }

    def mount(self, image: str) -> None:
        """Add a mount of an image to each container. image: may contain templates."""
        mounts = f'    mounts: [{{type: image, source: "{image}", target: /pages}}]\n'
        site = self.stack / "configcrates/site.vgo"
        site.write_text(site.read_text() + mounts)

    def pulled(self, registry: str) -> set[str]:
        """Return the images that the engine has of a registry."""
        tags = (tag for image in self._client.images.list() for tag in image.tags)
        return {tag for tag in tags if tag.startswith(f"{registry}/")}

    def close(self, registry: str) -> None:
        """Remove the containers, and what was pulled from a registry."""
        for each in self._client.containers.list(all=True, filters={"name": self.token}):
            each.remove(force=True, v=True)
        remove_images(self._client, registry)
        self._client.close()


@pytest.fixture
def fleet(tmp_path: Path, engine: Engine, proxy: RegistryProxy) -> Iterator[PullingFleet]:
    fleet = PullingFleet(tmp_path, engine, 4)
    yield fleet
    fleet.close(proxy.address)


def published(fleet: PullingFleet, registry: Registry, address: str, image: str) -> dict[str, str]:
    """Publish an image of its own for each host, and return their names."""
    from tests.testbed.manifest_lists import ImageForPlatforms
    from tests.testbed.upload import ARCHITECTURES

    found = {}
    for host in fleet.fates:
        new = ImageForPlatforms(registry, f"{fleet.token}/{host}")
        tag = image.rpartition(":")[2]
        new.publish(tag, dict.fromkeys(ARCHITECTURES.values(), image))
        found[host] = f"{address}/{new.repository}:{tag}"
    return found


def test_a_limit_on_hosts_that_pull(
    fleet: PullingFleet, proxy: RegistryProxy, registry: Registry
) -> None:
    """Some hosts have their images when the limit is used; they do not wait."""
    proxy.delay = 1.5
    images = published(fleet, registry, proxy.address, FIRST)
    fleet.use(images)
    everywhere = fleet.run("--forks", "4", "--limit", "h1,h2")
    assert everywhere.status == 0, everywhere.out
    assert proxy.most_at_once == 2

    proxy.most_at_once = 0
    proxy.requests.clear()
    limited = fleet.run("--forks", "4", "--pull-limit", "1")
    assert limited.status == 0, limited.out
    assert proxy.most_at_once == 1
    assert not any(f"/{host}/" in each for host in ("h1", "h2") for each in proxy.requests)
    assert fleet.images() == images
    statuses = {host: each["status"] for host, each in envoys(limited).items()}
    assert statuses == {"h1": "converged", "h2": "converged", "h3": "changed", "h4": "changed"}


@pytest.mark.sweep
def test_the_command_pull_has_the_limit_too(
    fleet: PullingFleet, proxy: RegistryProxy, registry: Registry
) -> None:
    """It pulls the images that containers mount, too; this engine could not mount them yet."""
    proxy.delay = 0.5
    mounted = published(fleet, registry, proxy.address, FIRST)
    images = published(fleet, registry, proxy.address, SECOND)
    fleet.use(images)
    fleet.mount(mounted["h1"].replace("/h1:", "/{{ .Vars.me }}:"))
    arguments = ["--stacks", str(fleet.stack), "-i", str(fleet.inventory), "-o", "json"]
    pulled = fleet("pull", *arguments, "--forks", "4", "--pull-limit", "1")
    assert pulled.status == 0, pulled.out
    assert fleet.pulled(proxy.address) == {*images.values(), *mounted.values()}
    assert proxy.most_at_once == 1
    assert fleet.images() == {}


@pytest.mark.sweep
def test_a_repair_and_a_rollback_have_the_limit_too(
    fleet: PullingFleet, proxy: RegistryProxy, registry: Registry
) -> None:
    proxy.delay = 0.5
    options = ["--forks", "4", "--pull-limit", "1", "-o", "json"]
    place = ["--stacks", str(fleet.stack), "-i", str(fleet.inventory)]
    commands = {FIRST: ["watch", "--repair", "--turns", "1"], SECOND: ["rollback", "1"]}
    for image, command in commands.items():
        images = published(fleet, registry, proxy.address, image)
        fleet.use(images)
        proxy.most_at_once = 0
        done = fleet(*command, *place, *options)
        assert done.status == 0, done.out + done.err
        assert proxy.most_at_once == 1, command
        assert fleet.images() == images


@pytest.mark.sweep
def test_a_pull_that_hangs_is_interrupted(
    fleet: PullingFleet, proxy: RegistryProxy, registry: Registry
) -> None:
    """Nothing is left running on the hosts, and their old containers are as they were."""
    from tests.testbed.registry_proxy import Answer

    images = published(fleet, registry, proxy.address, FIRST)
    fleet.use(images)
    assert fleet.run("--limit", "h1,h2", "--forks", "2").status == 0
    fleet.use(published(fleet, registry, proxy.address, SECOND))

    def stalled(_method: str, path: str) -> Answer | None:
        if "/blobs/" in path:
            (fleet.folder / "begun").touch()
            return Answer(200, body="x" * 100, stalls=True)
        return None

    proxy.rule = stalled
    running = start(fleet, "--limit", "h1,h2", "--forks", "2", "--pull-limit", "1")
    running.wait_for(fleet.folder / "begun")
    running.signal(signal.SIGINT, "finishing the current batch")
    running.signal(signal.SIGINT, "Stopping immediately")
    running.end()
    assert running.process.returncode == 130, running.told()
    await_no_process_with(str(fleet.folder))
    assert fleet.images() == {host: images[host] for host in ("h1", "h2")}


@pytest.fixture
def protected(testbed: Testbed) -> Registry:
    return testbed.private_registry({USER: PASSWORD})


@pytest.mark.sweep
def test_a_login_that_expires_in_a_rollout(
    tmp_path: Path, engine: Engine, protected: Registry
) -> None:
    from tests.testbed.registry_proxy import registry_proxy

    shop = Shop(engine, protected)
    for image, version in ((FIRST, "v1"), (SECOND, "v2")):
        for host in ("h1", "h2", "h3"):
            shop.publish(image, f"{version}-{host}")
    shop.forget()
    with registry_proxy(protected) as proxy:
        fleet = PullingFleet(tmp_path, engine, 3, LOGIN)
        try:
            old, new = (
                {host: f"{proxy.address}/shop:{version}-{host}" for host in fleet.fates}
                for version in ("v1", "v2")
            )
            fleet.use(old)
            login = {"VIGO_SECRET_REGISTRY_PASSWORD": PASSWORD}
            first = fleet.run(environment=login)
            assert first.status == 0, first.out

            def expires(_method: str, path: str) -> Answer | None:
                if "v2-h2" in path:
                    protected.set_users({USER: "another-password"})
                return None

            proxy.rule = expires
            fleet.use(new)
            stopped = fleet.run("--batch-size", "1", environment=login)
            assert stopped.status == 4, stopped.out
            statuses = {host: each["status"] for host, each in envoys(stopped).items()}
            assert statuses == {"h1": "changed", "h2": "failed", "h3": "untouched"}
            assert f"refuses the login of {USER}" in stopped.reasons("h2")["site/web"]
            assert PASSWORD not in stopped.out + stopped.err
            assert fleet.images() == {**old, "h1": new["h1"]}

            proxy.rule = lambda method, path: None
            login = {"VIGO_SECRET_REGISTRY_PASSWORD": "another-password"}
            resumed = fleet.run("--resume", "--batch-size", "1", environment=login)
            assert resumed.status == 0, resumed.out
            assert "1 of 3 hosts done" in resumed.err
            assert [batch["hosts"] for batch in resumed.document["batches"]] == [["h2"], ["h3"]]
            assert fleet.images() == new
        finally:
            fleet.close(proxy.address)
            shop.close()


def envoys(finished: Finished) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = finished.document["envoys"]
    return found
