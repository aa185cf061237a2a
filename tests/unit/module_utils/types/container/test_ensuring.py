# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an image is pulled before its container is created, and with which login."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import pull, spec
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import Image
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.image_name import (
    ImageName,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target

MOUNT = {"mounts": [{"type": "image", "source": "data:1", "target": "/data"}]}
AMD, ARM = Image("sha256:1", platform="linux/amd64"), Image("sha256:2", platform="linux/arm64")
SHOP, DATA = "shop:1", "data:1"


class Engine:
    """An engine with images, by name. registry: what a pull brings. login: the user's config."""

    host = "unix:///x"
    is_podman = False

    def __init__(
        self,
        images: Mapping[str, Image] | None = None,
        registry: Mapping[str, Image] | None = None,
        remark: str = "",
    ) -> None:
        self.images_ = dict(images or {})
        self._registry = {SHOP: AMD, DATA: AMD} if registry is None else dict(registry)
        self._remark = remark
        self.pulls: list[tuple[str, Any, str]] = []

    def image(self, name: str) -> Image | None:
        return self.images_.get(name)

    def images(self) -> list[Any]:
        return []

    def credentials(self, registry: str) -> tuple[Mapping[str, Any] | None, str]:
        return {"of": registry}, self._remark

    def mirrors(self) -> tuple[str, ...]:
        return ()

    def pull(self, name: ImageName, login: Any, platform: str) -> None:
        self.pulls.append((str(name), login, platform))
        if str(name) in self._registry:
            self.images_[str(name)] = self._registry[str(name)]


def wanted(**attributes: Any) -> Any:
    return spec.parse({"container": "shop", "image": "shop:1", **attributes})


CONFIG = {"of": "docker.io"}

#: attributes, the images of the host, what the registry has -> the pulls, and the error
ENSURED: dict[str, tuple[dict[str, Any], dict[str, Image], Any, list[Any], str]] = {
    "missing": ({}, {}, None, [(SHOP, CONFIG, "")], ""),
    "present": ({}, {SHOP: AMD}, None, [], ""),
    "present, always": ({"pull": "always"}, {SHOP: AMD}, None, [(SHOP, CONFIG, "")], ""),
    "present, never": ({"pull": "never"}, {SHOP: AMD}, None, [], ""),
    "missing, never": ({"pull": "never"}, {}, None, [], "pull is never"),
    "for another platform": (
        {"platform": "linux/arm64"},
        {SHOP: AMD},
        {SHOP: ARM},
        [(SHOP, CONFIG, "linux/arm64")],
        "",
    ),
    "nowhere for this platform": (
        {"platform": "linux/arm64"},
        {},
        None,
        [(SHOP, CONFIG, "linux/arm64")],
        f"image {SHOP} is for linux/amd64, not for linux/arm64: the registry has no other"
        " platform; use an image for this platform, or set another platform",
    ),
    "lost after the pull": (
        {},
        {},
        {},
        [(SHOP, CONFIG, "")],
        f"image {SHOP} does not exist after it was pulled; check the engine's log",
    ),
    "with a login": (
        {"registry_username": "me", "registry_password": "secret:a/b"},
        {},
        None,
        [
            (
                SHOP,
                {"username": "me", "password": "hunter22", "serveraddress": "docker.io"},
                "",
            )
        ],
        "",
    ),
}


def a_target() -> Target:
    return Target(secrets=Secrets({"a/b": "hunter22"}))


@pytest.mark.parametrize(
    ("attributes", "images", "registry", "pulls", "error"), ENSURED.values(), ids=ENSURED
)
def test_an_image(
    attributes: dict[str, Any],
    images: dict[str, Image],
    registry: Any,
    pulls: list[Any],
    error: str,
) -> None:
    engine, target = Engine(images, registry), a_target()
    for _ in range(2):  # In one run, an image is pulled once.
        if error:
            with pytest.raises(ResourceError) as raised:
                pull.ensure(cast(Any, engine), wanted(**attributes), target)
            assert error in raised.value.message
            break
        found = pull.ensure(cast(Any, engine), wanted(**attributes), target)
        assert found == engine.images_[SHOP]
    assert engine.pulls == pulls


def test_a_remark_on_the_login_is_noted() -> None:
    target = a_target()
    pull.ensure(cast(Any, Engine(remark="it cannot be used")), wanted(), target)
    assert target.notes == ["it cannot be used"]


LOGIN = {"registry_username": "me", "registry_password": "p"}
SENT = {"username": "me", "password": "p", "serveraddress": "docker.io"}

#: attributes, the images of the host -> the pulls of mounted images
MOUNTED: dict[str, tuple[dict[str, Any], dict[str, Image], list[Any]]] = {
    "none": ({"volumes": "a:/a"}, {}, []),
    "missing": (MOUNT, {}, [(DATA, CONFIG, "")]),
    "present": (MOUNT, {DATA: AMD}, []),
    "present, though the container's is pulled always": (
        {**MOUNT, "pull": "always"},
        {DATA: AMD},
        [],
    ),
    "with the login of the same registry": ({**MOUNT, **LOGIN}, {}, [(DATA, SENT, "")]),
    "without the login of another registry": (
        {**MOUNT, **LOGIN, "image": "ghcr.io/shop:1"},
        {},
        [(DATA, CONFIG, "")],
    ),
}


@pytest.mark.parametrize(("attributes", "images", "pulls"), MOUNTED.values(), ids=MOUNTED)
def test_mounted_images(
    attributes: dict[str, Any], images: dict[str, Image], pulls: list[Any]
) -> None:
    engine = Engine(images)
    pull.ensure_mounted(cast(Any, engine), wanted(**attributes), a_target())
    assert engine.pulls == pulls


def test_mounted_images_that_are_never_pulled() -> None:
    with pytest.raises(ResourceError, match="pull is never"):
        pull.ensure_mounted(cast(Any, Engine()), wanted(**MOUNT, pull="never"), a_target())


#: attributes, the images of the host -> whether something is pulled; None: only a mounted one
NEEDED: list[tuple[dict[str, Any], dict[str, Image], bool | None]] = [
    ({}, {}, True),
    ({}, {SHOP: AMD}, False),
    ({"pull": "always"}, {SHOP: AMD}, True),
    ({"pull": "never"}, {}, False),
    (MOUNT, {}, True),
    (MOUNT, {SHOP: AMD}, None),
    (MOUNT, {SHOP: AMD, DATA: AMD}, False),
    ({**MOUNT, "pull": "never"}, {SHOP: AMD}, False),
    ({"platform": "linux/arm64"}, {SHOP: AMD}, True),
]


@pytest.mark.parametrize(("attributes", "images", "expected"), NEEDED)
def test_whether_a_pull_is_needed(
    attributes: dict[str, Any], images: dict[str, Image], expected: bool | None
) -> None:
    found = pull.is_needed(cast(Any, Engine(images)), wanted(**attributes), a_target())
    assert found is expected


def test_an_engine_that_does_not_report_its_images(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise ResourceError("no")

    monkeypatch.setattr(Engine, "image", refuse)
    assert pull.is_needed(cast(Any, Engine()), wanted(), a_target()) is None
