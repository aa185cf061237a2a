# SPDX-License-Identifier: GPL-3.0-or-later
"""Images from real registries: policies, logins, platforms, and registries that fail."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docker.errors import ImageNotFound

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from tests.integration.container_scene import REDIS, Scene, named_images, remove_images
from tests.integration.engine_beside import engine_beside

if TYPE_CHECKING:
    from tests.testbed import Engine, Fleet, Registry, Testbed

pytestmark = pytest.mark.integration

USER, PASSWORD = "deploy", "sesame-open-thou"
FIRST, SECOND, THIRD = "traefik/whoami:v1.10.1", "traefik/whoami:v1.10.2", "nginx:latest"


class Shop:
    """A protected registry with one repository, and an engine that has none of its images."""

    def __init__(self, engine: Engine, registry: Registry) -> None:
        self.registry = registry
        self.repository = f"{registry.address}/shop"
        self.image = f"{self.repository}:stable"
        self._client = engine.client()

    def publish(self, image: str, tag: str = "stable") -> str:
        """Push another image under a tag of ours, and return its digest."""
        self._client.images.pull(image)
        self._client.images.get(image).tag(self.repository, tag)
        login = {"username": USER, "password": PASSWORD}
        answers = self._client.images.push(
            self.repository, tag, auth_config=login, stream=True, decode=True
        )
        digest = ""
        for line in answers:
            assert "error" not in line, line
            digest = line.get("aux", {}).get("Digest", digest)
        self._client.images.remove(f"{self.repository}:{tag}", noprune=True)
        return digest

    def forget(self) -> None:
        """Remove our images from the engine."""
        remove_images(self._client, self.repository)

    def close(self) -> None:
        self.forget()
        self._client.close()


@pytest.fixture(scope="module")
def protected(testbed: Testbed) -> Registry:
    return testbed.private_registry({USER: PASSWORD})


@pytest.fixture
def shop(engine: Engine, protected: Registry) -> Iterator[Shop]:
    shop = Shop(engine, protected)
    shop.publish(FIRST)
    shop.forget()
    yield shop
    shop.close()


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the Docker configuration of the user that runs the tests, without any login."""
    folder = tmp_path / "docker-config"
    folder.mkdir()
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    path = folder / "config.json"
    path.write_text("{}")
    return path


@pytest.fixture
def scene(engine: Engine, shop: Shop) -> Iterator[Scene]:
    """Yield the scene, set up after ``shop``: its containers are removed before the images."""
    scene = Scene(engine)
    yield scene
    scene.close()


def helper(config: Path, script: str) -> None:
    """Write a credential helper of the name ``testbed``."""
    program = config.parent.parent / "docker-credential-testbed"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


LOGIN: dict[str, Any] = {"registry_username": USER, "registry_password": "secret:registry/password"}
SECRETS = {"registry/password": PASSWORD}


def test_a_login_by_secret_and_a_tag_that_moves(scene: Scene, shop: Shop, config: Path) -> None:
    wanted: dict[str, Any] = {"image": shop.image, "pull": "always", "secrets": SECRETS, **LOGIN}
    created = scene.applied("created", **wanted)
    assert scene.apply(check=True, **wanted).action == "none"
    shop.publish(SECOND)
    predicted = scene.apply(check=True, **wanted)
    assert predicted.action == "recreated"
    recreated = scene.applied("recreated", **wanted)
    assert predicted.reason == recreated.reason == f"image {shop.image} now has a different ID"
    for result in (created, predicted, recreated):
        assert PASSWORD not in json.dumps(result.as_dict())


def test_a_wrong_password(scene: Scene, shop: Shop, config: Path) -> None:
    for policy in ("missing", "always"):
        result = scene.apply(
            image=shop.image,
            pull=policy,
            registry_username=USER,
            registry_password="secret:registry/password",
            secrets={"registry/password": "wrong-password"},
        )
        assert result.action == "failed"
        assert "registry_password" in result.reason
        assert "wrong-password" not in json.dumps(result.as_dict())
    assert scene.names() == set()


def test_no_login_at_all(scene: Scene, shop: Shop, config: Path) -> None:
    result = scene.apply(image=shop.image)
    assert result.action == "failed"
    assert "registry_username and registry_password" in result.reason


def test_the_login_of_the_docker_config(scene: Scene, shop: Shop, config: Path) -> None:
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    config.write_text(json.dumps({"auths": {shop.registry.address: {"auth": login}}}))
    scene.applied("created", image=shop.image)
    assert scene.notes == []


@pytest.mark.parametrize(
    "kind", ["credsStore", pytest.param("credHelpers", marks=pytest.mark.sweep)]
)
def test_a_credential_helper(scene: Scene, shop: Shop, config: Path, kind: str) -> None:
    address = shop.registry.address
    helper(config, f'echo \'{{"Username": "{USER}", "Secret": "{PASSWORD}"}}\'')
    config.write_text(
        json.dumps({kind: "testbed" if kind == "credsStore" else {address: "testbed"}})
    )
    scene.applied("created", image=shop.image)
    assert scene.notes == []


BROKEN_HELPERS = [
    None,
    pytest.param("echo out of order >&2; exit 1", marks=pytest.mark.sweep),
    pytest.param("echo no JSON", marks=pytest.mark.sweep),
]


@pytest.mark.parametrize("script", BROKEN_HELPERS)
def test_a_broken_helper_costs_only_what_needs_it(
    scene: Scene, shop: Shop, config: Path, script: str | None
) -> None:
    if script:
        helper(config, script)
    config.write_text(json.dumps({"credsStore": "testbed"}))
    refused = scene.apply(image=shop.image)
    assert refused.action == "failed"
    assert any(f"credentials for {shop.registry.address} cannot be used" in n for n in scene.notes)
    with suppress(ImageNotFound):
        scene.client.images.remove(THIRD, force=True)
    created = scene.apply(image=THIRD)
    assert created.action == "created"
    assert any("cannot be used" in note for note in scene.notes)


def test_a_registry_that_is_down(scene: Scene, shop: Shop, config: Path) -> None:
    wanted: dict[str, Any] = {"image": shop.image, "secrets": SECRETS, **LOGIN}
    scene.applied("created", **wanted)
    shop.registry.stop()
    try:
        assert scene.apply(**wanted).action == "none"
        assert scene.apply(command="serve --again", **wanted).action == "recreated"
        assert scene.apply(pull="always", **wanted).action == "blocked"
        predicted = scene.apply(check=True, pull="always", command="serve --again", **wanted)
        assert predicted.action == "unknown"
        assert any("cannot check" in note for note in scene.notes)
        absent = scene.apply(**{**wanted, "image": f"{shop.repository}:other"})
        assert absent.action == "blocked"
        assert "is the registry reachable" in absent.reason
    finally:
        shop.registry.start()
    assert scene.inspect()["State"]["Running"]


@pytest.mark.sweep
def test_a_digest_stays_when_the_tag_moves(scene: Scene, shop: Shop, config: Path) -> None:
    digest = shop.publish(FIRST)
    for reference in (f"{shop.repository}@{digest}", f"{shop.image}@{digest}"):
        wanted: dict[str, Any] = {"image": reference, "secrets": SECRETS, **LOGIN}
        scene.apply(pull="always", **wanted)
        shop.publish(SECOND)
        assert scene.apply(check=True, pull="always", **wanted).action == "none"
        assert scene.apply(pull="always", **wanted).action == "none"
    missing = f"{shop.repository}@sha256:{'0' * 64}"
    result = scene.apply(image=missing, secrets=SECRETS, **LOGIN)
    assert result.action == "failed"
    assert "cannot be pulled" in result.reason
    assert scene.inspect()["State"]["Running"]


def test_an_image_for_another_machine(scene: Scene, shop: Shop, config: Path) -> None:
    wanted: dict[str, Any] = {"image": shop.image, "secrets": SECRETS, **LOGIN}
    other = "linux/amd64" if os.uname().machine == "aarch64" else "linux/arm64"
    scene.applied("created", **wanted)
    for policy in ("missing", "always"):
        result = scene.apply(platform=other, pull=policy, **wanted)
        assert result.action == "failed"
        assert other in result.reason
    result = scene.apply(platform=other, pull="never", **wanted)
    assert result.action == "failed"
    assert f"for {other} is not on this engine" in result.reason
    assert scene.inspect()["State"]["Running"]


@pytest.mark.sweep
def test_images_that_were_left_behind(scene: Scene, shop: Shop, config: Path) -> None:
    wanted: dict[str, Any] = {"image": shop.image, "pull": "always", "secrets": SECRETS, **LOGIN}
    scene.applied("created", **wanted)
    scene.client.images.remove(FIRST, force=True)
    ids = [scene.inspect()["Image"]]
    for image, keep in ((SECOND, 1), (THIRD, 1), (REDIS, 0)):
        shop.publish(image)
        scene.client.images.remove(image, force=True)  # What has another name, too, stays.
        scene.applied("recreated", keep_images=keep, **wanted)
        ids.append(scene.inspect()["Image"])
        left = {image for image, name in named_images(scene.client) if shop.repository in name}
        assert left == set(ids[-1 - keep :])


def test_a_disk_that_is_full(scene: Scene, registry: Registry, small: str) -> None:
    result: Result = scene.apply(
        image=f"{registry.address}/library/redis:7-alpine", docker_host=small
    )
    assert result.action == "blocked", result
    assert "no space left on device" in result.reason
    assert "docker system df" in result.reason


@pytest.fixture
def small(testbed: Testbed, fleet3: Fleet) -> Iterator[str]:
    with engine_beside(fleet3.hosts[2], "small", testbed.registry.address, {}, "6m") as address:
        yield address
