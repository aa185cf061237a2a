# SPDX-License-Identifier: GPL-3.0-or-later
"""Registries as they really are: images for several platforms, limits, and no progress."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import engine as engines
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import pull
from tests.integration.container_scene import Scene, remove_images
from tests.integration.engine_beside import engine_beside

if TYPE_CHECKING:
    from tests.testbed import Engine, Fleet, Registry
    from tests.testbed.manifest_lists import ImageForPlatforms
    from tests.testbed.registry_proxy import RegistryProxy

pytestmark = pytest.mark.integration

FIRST, SECOND = "traefik/whoami:v1.10.1", "traefik/whoami:v1.10.2"
HERE, OTHER = ("arm64", "amd64") if os.uname().machine == "aarch64" else ("amd64", "arm64")


@pytest.fixture
def scene(usual_engine: Engine) -> Iterator[Scene]:
    scene = Scene(usual_engine)
    yield scene
    scene.close()


@pytest.fixture
def is_podman(usual_engine: Engine) -> bool:
    return "podman" in usual_engine.docker_host


@pytest.fixture
def shop(scene: Scene, registry: Registry) -> ImageForPlatforms:
    """Return a repository of this test's own, whose images are removed with the scene."""
    from tests.testbed.manifest_lists import ImageForPlatforms

    return ImageForPlatforms(registry, f"shop/{scene.name}")


def knows_lists_only(scene: Scene) -> bool:
    """Return whether the engine has the images of a list under one ID, as containerd does."""
    return "containerd" in str(scene.client.info()["DriverStatus"])


def predicted_and_applied(scene: Scene, action: str, **wanted: Any) -> None:
    """Check what is predicted and what is done, and that a second run changes nothing."""
    predicted = scene.apply(check=True, **wanted)
    applied = scene.apply(**wanted)
    assert applied.action == action, applied
    assert predicted.action in (action, "unknown"), predicted
    assert scene.apply(**wanted).action == "none", scene.apply(check=True, **wanted)
    assert scene.apply(check=True, **wanted).action in ("none", "unknown")


def test_a_tag_that_moves_for_one_platform(scene: Scene, shop: ImageForPlatforms) -> None:
    """In containerd's store, the ID of an image is that of its list."""
    lists_only = knows_lists_only(scene)
    shop.publish("stable", {HERE: FIRST, OTHER: FIRST})
    wanted: dict[str, Any] = {"image": f"{shop.name}:stable", "pull": "always"}
    predicted_and_applied(scene, "created", **wanted)
    shop.publish("stable", {HERE: FIRST, OTHER: SECOND})
    if lists_only:
        assert scene.apply(check=True, **wanted).action == "recreated"
    else:
        assert scene.apply(check=True, **wanted).action == "unknown"
        assert any(shop.name in note for note in scene.notes)
    predicted_and_applied(scene, "recreated" if lists_only else "none", **wanted)
    shop.publish("stable", {HERE: SECOND, OTHER: SECOND})
    predicted_and_applied(scene, "recreated", **wanted)


@pytest.mark.sweep
@pytest.mark.parametrize("policy", ["missing", "always"])
def test_digests(scene: Scene, shop: ImageForPlatforms, is_podman: bool, policy: str) -> None:
    """Of the list and of one image, alone and with a tag; the tag has moved in the meantime."""
    listed = shop.publish("stable", {HERE: FIRST, OTHER: FIRST})
    single = shop.digest(HERE, FIRST)
    shop.publish("stable", {HERE: SECOND, OTHER: SECOND})
    scene.applied("created", image=f"{shop.name}:stable")
    predicted_and_applied(scene, "recreated", image=f"{shop.name}:stable@{listed}", pull=policy)
    references = [f"{shop.name}@{listed}", f"{shop.name}@{single}", f"{shop.name}:stable@{single}"]
    for reference in references:
        action = "none" if is_podman else "recreated"
        predicted_and_applied(scene, action, image=reference, pull=policy)
    predicted_and_applied(scene, "recreated", image=f"{shop.name}:stable", pull=policy)
    started = scene.inspect()["State"]["StartedAt"]
    for missing in (f"@sha256:{'0' * 64}", f":stable@sha256:{'0' * 64}", ":never"):
        result = scene.apply(image=f"{shop.name}{missing}", pull=policy)
        assert result.action == "failed", result
        assert "check its name and tag" in result.reason
        assert ("whether the digest was deleted" in result.reason) is ("sha256" in missing)
        if not is_podman:
            assert scene.apply(check=True, image=f"{shop.name}{missing}").action == "failed"
    assert scene.inspect()["State"]["StartedAt"] == started


@pytest.mark.sweep
def test_platforms(scene: Scene, shop: ImageForPlatforms, is_podman: bool) -> None:
    shop.publish("stable", {HERE: FIRST, OTHER: SECOND})
    wanted: dict[str, Any] = {"image": f"{shop.name}:stable"}
    predicted_and_applied(scene, "created", **wanted)
    predicted_and_applied(scene, "recreated", platform=OTHER, **wanted)
    if not knows_lists_only(scene):
        assert scene.client.images.get(f"{shop.name}:stable").attrs["Architecture"] == OTHER
    if not is_podman:
        assert scene.apply(check=True, platform="s390x", **wanted).action == "failed"
    result = scene.apply(platform="s390x", **wanted)
    assert result.action == "failed", result
    assert "use another one, or set platform" in result.reason


@pytest.fixture
def on_docker(engine: Engine, proxy: RegistryProxy) -> Iterator[Scene]:
    scene = Scene(engine)
    yield scene
    remove_images(scene.client, proxy.address)
    scene.close()


def test_a_limit_that_ends(
    on_docker: Scene, proxy: RegistryProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.testbed.registry_proxy import too_many

    monkeypatch.setattr(pull, "LIMIT_WAITS", (0.2, 0.2, 0.2))
    refusals = iter([too_many(), too_many("1"), too_many(), too_many()])
    proxy.rule = lambda method, path: next(refusals, None) if "/manifests/" in path else None
    on_docker.applied("created", image=f"{proxy.address}/{FIRST}")


def test_a_limit_that_does_not_end(
    on_docker: Scene, proxy: RegistryProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old container runs on; check mode asks once, and does not try again."""
    from tests.testbed.registry_proxy import too_many

    monkeypatch.setattr(pull, "LIMIT_WAITS", (0.1, 0.1, 0.1))
    on_docker.applied("created", image=f"{proxy.address}/{FIRST}")
    started = on_docker.inspect()["State"]["StartedAt"]
    proxy.rule = lambda method, path: too_many("600") if "/manifests/" in path else None
    wanted: dict[str, Any] = {"image": f"{proxy.address}/{SECOND}"}
    proxy.requests.clear()
    on_docker.apply(check=True, **wanted)
    assert len(proxy.asked("GET /v2/traefik/whoami/manifests/")) <= 1
    assert any("toomanyrequests" in note for note in on_docker.notes)
    result = on_docker.apply(**wanted)
    assert result.action == "blocked"
    assert "You have reached your pull rate limit (tried 4 times in " in result.reason
    assert "log in (registry_username and registry_password), use a mirror" in result.reason
    assert on_docker.inspect()["State"]["StartedAt"] == started


#: what the registry answers -> action, part of the message
ANSWERS: list[tuple[int, str, str, str]] = [
    (401, "UNAUTHORIZED", "failed", "registry_username and registry_password"),
    (403, "DENIED", "failed", "registry_username and registry_password"),
    (404, "MANIFEST_UNKNOWN", "failed", "check its name and tag"),
    (503, "UNAVAILABLE", "blocked", "reports an error of its own: try again later"),
]


@pytest.mark.parametrize(("status", "code", "action", "message"), ANSWERS)
def test_other_answers(
    on_docker: Scene, proxy: RegistryProxy, status: int, code: str, action: str, message: str
) -> None:
    from tests.testbed.registry_proxy import Answer

    body = f'{{"errors":[{{"code":"{code}","message":"not now"}}]}}'
    headers = {"WWW-Authenticate": 'Basic realm="shop"'} if status == 401 else {}
    proxy.rule = lambda method, path: (
        Answer(status, headers, body) if "/manifests/" in path else None
    )
    result = on_docker.apply(image=f"{proxy.address}/{FIRST}")
    assert result.action == action, result
    assert message in result.reason


def test_a_pull_without_progress(
    on_docker: Scene, proxy: RegistryProxy, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.testbed.manifest_lists import ImageForPlatforms
    from tests.testbed.registry_proxy import Answer

    new = ImageForPlatforms(registry, f"shop/{on_docker.name}")
    new.publish("stable", {HERE: FIRST})

    monkeypatch.setattr(engines, "PULL_TIMEOUT", 2.0)
    stalled = Answer(200, {"Content-Type": "application/octet-stream"}, "x" * 100, stalls=True)
    proxy.rule = lambda method, path: stalled if "/blobs/" in path else None
    result = on_docker.apply(image=f"{proxy.address}/{new.repository}:stable")
    assert result.action == "blocked"
    assert f"nothing has arrived from {proxy.address} for 2 s" in result.reason


@pytest.mark.sweep
def test_a_mirror_that_is_down(on_docker: Scene, fleet3: Fleet, registry: Registry) -> None:
    """The engine uses the next one; if none has the image, the message lists them."""
    mirrors = {"registry-mirrors": ["http://127.0.0.1:1", registry.url]}
    with engine_beside(fleet3.hosts[1], "mirrored", registry.address, mirrors) as engine:
        created = on_docker.apply(image=SECOND, docker_host=engine)
        assert created.action == "created", created
        failed = on_docker.apply(image="traefik/whoami:never", docker_host=engine)
        assert failed.action == "blocked", failed
        assert f"its mirrors first: http://127.0.0.1:1/, {registry.url}/)" in failed.reason
        on_docker.apply(state="absent", docker_host=engine)
