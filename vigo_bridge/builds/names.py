# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of built images: repository, tag and digest."""

from __future__ import annotations

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.image_name import (
    DOCKER_HUB,
    parse,
)


def repository(image: str, registry: str) -> str:
    """Return the name of an image with its registry.

    registry: a host, with a path or not, for an image whose name has no registry. Raise
    ResourceError.
    """
    name = parse(image)
    if not registry or name.registry != DOCKER_HUB:
        return name.repository
    return parse(f"{registry.rstrip('/')}/{name.repository}").repository


def tagged(repository: str, tag: str) -> str:
    """Return the name of an image with a tag. Raise ResourceError for an invalid tag."""
    return str(parse(f"{repository}:{tag}"))


def has_owner(image: str) -> bool:
    """Return whether a registry would accept the image: those of Docker Hub need an owner."""
    name = parse(image)
    return name.registry != DOCKER_HUB or not name.path.startswith("library/")


def login_call(image: str) -> str:
    """Return the call that logs in to the registry of an image."""
    registry = parse(image).registry
    return "docker login" if registry == DOCKER_HUB else f"docker login {registry}"


def pinned(image: str, digest: str, current: str) -> str:
    """Return the value for the variable of a built image.

    current: its present value, which stays if it has this digest: another tag alone would recreate
    containers. digest: empty for an image that was not pushed.
    """
    if not digest:
        return image
    if _has_digest(current, parse(image).repository, digest):
        return current
    return f"{image}@{digest}"


def _has_digest(current: str, repository: str, digest: str) -> bool:
    try:
        name = parse(current)
    except ResourceError:
        return False
    return (name.repository, name.digest) == (repository, digest)
