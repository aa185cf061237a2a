# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gets the image of a container, by its pull policy."""

from __future__ import annotations

import random
import time
from functools import partial
from typing import Any, Callable, Iterator, Mapping

from ...common.dataclass import replace
from ...common.errors import ResourceError
from ...common.wording import counted
from ...engine.connection import Refused
from ...host.background import attended
from ..target import Target
from . import registry_errors
from .before_changes import before_changes
from .engine import Engine
from .observed import Existing, Image, Remote
from .run_memory import run_memory
from .spec import ContainerSpec
from .values import image_name
from .values.image_name import ImageName

#: Seconds before each further try if a registry says that too much is pulled. Up to half of it is
#: added, so that the hosts of a fleet do not all come back at once.
LIMIT_WAITS = (5.0, 10.0, 15.0)


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
    if image is not None and (spec.pull != "always" or once in pulled):
        return image
    if spec.pull == "never":
        raise _never_pulled(name, platform)
    credentials = _credentials(engine, spec, name, target.secrets.reveal, target.note)
    _pull(engine, name, credentials, platform, run_memory(engine, target).limited)
    pulled.add(once)
    before_changes(engine, target).forget_image(str(name))
    image = engine.image(str(name))
    if image is None:
        raise ResourceError(
            f"image {name} does not exist after it was pulled; check the engine's log"
        )
    if _is_for_another(image, spec):
        # Engines silently pull another architecture if the wanted one is missing.
        raise ResourceError(
            f"image {name} is for {image.platform}, not for {platform}: the registry has no other"
            " platform; use an image for this platform, or set another platform"
        )
    return image


def ensure_mounted(engine: Engine, spec: ContainerSpec, target: Target) -> None:
    """Pull the images that the container mounts, if they are missing. Raise as ``ensure``."""
    for mounted in of_mounted(spec):
        ensure(engine, mounted, target)


def of_mounted(spec: ContainerSpec) -> Iterator[ContainerSpec]:
    """Yield a spec for the pull of each mounted image."""
    for mount in spec.settings.volumes or ():
        if mount.is_image:
            yield _of_image(spec, mount.source)


def _of_image(spec: ContainerSpec, source: str) -> ContainerSpec:
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


def is_needed(engine: Engine, spec: ContainerSpec, target: Target) -> bool | None:
    """Return whether ``ensure`` would pull; None if only ``ensure_mounted`` would, or if the engine
    does not report that.
    """
    try:
        if _is_needed(engine, spec, target):
            return True
        return None if any(_is_needed(engine, each, target) for each in of_mounted(spec)) else False
    except ResourceError:
        return None


def _is_needed(engine: Engine, spec: ContainerSpec, target: Target) -> bool:
    name = image_name.parse(spec.image)
    image = _present(engine, name, spec.settings.platform or "", target)
    return spec.pull == "always" or (image is None and spec.pull != "never")


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
    listed = before_changes(engine, target).image(str(name))
    if listed is not None and listed.may_be_list:
        image = listed  # The images for other platforms have the same ID.
    present = image or engine.image(container.image_id)
    remote = _remote(engine, spec, name, target)
    if image is None and present is not None and _is_for_another(present, spec):
        return None, True
    if remote.digest is None or present is None:
        return image, None
    has_moved = remote.digest not in present.digests
    if has_moved and remote.is_list and not present.may_be_list:
        target.note(
            f"image {name}: the registry has a new list of images; whether the one for"
            f" {present.platform} has changed is known only after a pull"
        )
        return image, None
    return image, has_moved


def _remote(engine: Engine, spec: ContainerSpec, name: ImageName, target: Target) -> Remote:
    """Return what the registry has. It is asked once in a run: some count this as a pull.

    Raise ResourceError if a pull would certainly fail.
    """
    credentials = _credentials(engine, spec, name, target.secrets.reveal, target.note)
    user = _user(credentials)
    known = run_memory(engine, target).remote
    if (str(name), user) not in known:
        known[str(name), user] = engine.remote_image(name, credentials)
    remote = known[str(name), user]
    if remote.reason and registry_errors.is_final(remote.reason):
        raise registry_errors.failure(name, remote.reason, user)
    platform = spec.settings.platform or ""
    if remote.platforms and not any(image_name.match(each, platform) for each in remote.platforms):
        raise registry_errors.no_platform(name, platform, remote.platforms)
    if remote.reason:
        target.note(
            f"image {name}: cannot check whether the registry has a newer one: {remote.reason}"
        )
    return remote


def is_for(image: Image, platform: str) -> bool:
    """Return whether an image is for a platform; an empty one matches any."""
    return not platform or bool(image.platform and image_name.match(image.platform, platform))


def _is_for_another(image: Image, spec: ContainerSpec) -> bool:
    return not is_for(image, spec.settings.platform or "") and not image.may_be_list


def _pull(
    engine: Engine,
    name: ImageName,
    credentials: Mapping[str, Any] | None,
    platform: str,
    limited: set[str],
) -> None:
    """Pull an image; try again for a while if the registry limits how much is pulled.

    limited: the registries for which that was in vain in this run. Raise ResourceError.
    """
    # Podman itself tries again.
    waits = [] if engine.is_podman or name.registry in limited else list(LIMIT_WAITS)
    began = time.monotonic()
    said = _tried(engine, name, credentials, platform)
    for wait in waits:
        if not registry_errors.is_limit(said):
            break
        attended(partial(time.sleep, wait * random.uniform(1, 1.5)))
        said = _tried(engine, name, credentials, platform)
    if not said:
        return
    tries = ""
    if registry_errors.is_limit(said):
        limited.add(name.registry)
        seconds = time.monotonic() - began
        tries = f" (tried {counted(len(waits) + 1, 'time')} in {seconds:.0f} s)" if waits else ""
    mirrors = _mirrors(engine, name) if registry_errors.is_of_registry(said) else ()
    raise registry_errors.failure(name, said, _user(credentials), tries, mirrors)


def _mirrors(engine: Engine, name: ImageName) -> tuple[str, ...]:
    """Return the mirrors that the engine tries for an image; only Docker Hub has some."""
    return engine.mirrors() if name.registry == image_name.DOCKER_HUB else ()


def _tried(
    engine: Engine, name: ImageName, credentials: Mapping[str, Any] | None, platform: str
) -> str:
    """Pull an image once, and return why the registry has not delivered it; empty if it has."""
    try:
        attended(lambda: engine.pull(name, credentials, platform))
    except Refused as error:
        return error.said or "the engine gives no reason"
    return ""


def _user(credentials: Mapping[str, Any] | None) -> str:
    """Return the user of a login; of one by token, a word for it."""
    found = credentials or {}
    return str(found.get("username") or found.get("Username") or ("a token" if found else ""))


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
