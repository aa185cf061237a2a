# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gets the image of a container, by its pull policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Mapping

from ...common.errors import ResourceError
from ..target import Target
from .before_changes import before_changes
from .engine import Engine
from .observed import Existing, Image
from .run_memory import run_memory
from .spec import ContainerSpec
from .values import image_name
from .values.image_name import ImageName


def ensure(
    engine: Engine,
    spec: ContainerSpec,
    target: Target,
) -> Image:
    """Return the image, pulled if the policy says so; ``always`` pulls once in a run.

    Raise ResourceError when the image does not exist, Blocked when its registry is down.
    """
    name = image_name.parse(spec.image)
    platform = spec.settings.platform or ""
    image = _present(engine, name, platform, target)
    once, pulled = (str(name), platform), run_memory(engine, target).pulled
    wanted = image is None or (spec.pull == "always" and once not in pulled)
    if not wanted and image is not None:
        return image
    if spec.pull == "never":
        raise _never_pulled(name, platform)
    credentials = _credentials(engine, spec, name, target.secrets.reveal, target.note)
    engine.pull(name, credentials, platform)
    pulled.add(once)
    before_changes(engine, target).forget_image(str(name))
    image = engine.image(str(name))
    if image is None:
        raise ResourceError(
            f"image {name} does not exist after it was pulled; check the engine's log"
        )
    if not is_for(image, platform):
        # Engines silently pull another architecture if the wanted one is missing.
        raise ResourceError(
            f"image {name} is for {image.platform}, not for {platform}: the registry has no other"
            " platform; use an image for this platform, or set another platform"
        )
    return image


def ensure_mounted(engine: Engine, spec: ContainerSpec, target: Target) -> None:
    """Pull the images that the container mounts, if they are missing. Raise as ``ensure``."""
    for mount in spec.settings.volumes or ():
        if mount.is_image:
            ensure(engine, _of_mounted(spec, mount.source), target)


def _of_mounted(spec: ContainerSpec, source: str) -> ContainerSpec:
    """Return a spec for the pull of a mounted image. A login is only for its own registry."""
    registries = [image_name.parse(name).registry for name in (spec.image, source)]
    login = spec if registries[0] == registries[1] else ContainerSpec
    return replace(
        spec,
        settings=replace(spec.settings, image=source),
        pull="never" if spec.pull == "never" else "missing",
        registry_username=login.registry_username,
        registry_password=login.registry_password,
    )


def predict(
    engine: Engine,
    spec: ContainerSpec,
    container: Existing | None,
    target: Target,
) -> tuple[Image | None, bool | None]:
    """Return what check mode can find out: the local image, and whether the registry has another
    one.

    None as second value: the registry does not report that.
    """
    name = image_name.parse(spec.image)
    image = _present(engine, name, spec.settings.platform or "", target)
    if image is None and spec.pull == "never":
        raise _never_pulled(name, spec.settings.platform or "")
    if container is None or (image is not None and spec.pull != "always"):
        return image, False
    present = image or engine.image(container.image_id)
    if image is None and present is not None and not is_for(present, spec.settings.platform or ""):
        return None, True
    credentials = _credentials(engine, spec, name, target.secrets.reveal, target.note)
    digest, reason = engine.remote_digest(name, credentials)
    if reason:
        target.note(f"image {name}: cannot check whether the registry has a newer one: {reason}")
    if digest is None or present is None:
        return image, None
    return image, digest not in present.digests


def is_for(image: Image, platform: str) -> bool:
    """Return whether an image is for a platform: ``linux``, ``linux/arm64``, ``linux/arm64/v8``.

    An empty platform matches any. Images often omit the variant: only parts that both have are
    compared.
    """
    wanted, actual = platform.split("/"), image.platform.split("/")
    return not platform or wanted[: len(actual)] == actual[: len(wanted)]


def _present(engine: Engine, name: ImageName, platform: str, target: Target) -> Image | None:
    """Return the local image, if it is for the platform."""
    image = before_changes(engine, target).image(str(name))
    return image if image is None or is_for(image, platform) else None


def _never_pulled(name: ImageName, platform: str) -> ResourceError:
    wanted = f" for {platform}" if platform else ""
    return ResourceError(
        f"image {name}{wanted} is not on this engine and pull is never; load it, or set"
        " pull: missing"
    )


def _credentials(
    engine: Engine,
    spec: ContainerSpec,
    name: ImageName,
    reveal: Callable[[str], str],
    note: Callable[[str], None],
) -> Mapping[str, Any] | None:
    if spec.registry_username:
        return {
            "username": reveal(spec.registry_username),
            "password": reveal(spec.registry_password),
            "serveraddress": name.registry,
        }
    credentials, remark = engine.credentials(name.registry)
    if remark:
        note(remark)
    return credentials
