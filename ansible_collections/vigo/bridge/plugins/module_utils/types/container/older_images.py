# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes images that a container no longer uses (``keep_images``)."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...engine.connection import Refused
from .engine import Engine
from .spec import ContainerSpec
from .values import image_name
from .values.image_name import ImageName


@dataclass(frozen=True)
class StoredImage:
    """An image of one repository on the engine.

    created: seconds since 1970. names: its tags in that repository, or where it has none, its
    digests there. Names in other repositories do not count.
    """

    id: str
    created: int
    names: tuple[str, ...]


def remove_surplus(engine: Engine, spec: ContainerSpec, in_use: str, former: str) -> list[str]:
    """Remove images beyond ``keep_images``, and return a line for each.

    in_use: the ID of the container's image. former: that of its predecessor, or empty. An image
    that any container uses stays, even if the container is stopped.
    """
    if spec.keep_images is None:
        return []
    images = of_repository(engine.images(), image_name.parse(spec.image))
    removed = []
    for image in surplus(images, spec.keep_images, in_use, former):
        try:
            for name in image.names:
                engine.remove_image(name)
                removed.append(name)
        except Refused as error:
            if error.code not in (404, 409, 500):  # Podman has 500 for one that is in use.
                raise
    return removed


def of_repository(entries: Iterable[Mapping[str, Any]], name: ImageName) -> list[StoredImage]:
    """Return the entries of an engine's list of images that belong to the name's repository."""
    found = []
    for entry in entries:
        tags, digests = (
            tuple(text for text in entry.get(key) or () if _repository(text) == name.repository)
            for key in ("RepoTags", "RepoDigests")
        )
        if tags or digests:
            found.append(StoredImage(entry["Id"], entry.get("Created") or 0, tags or digests))
    return found


def surplus(
    images: Iterable[StoredImage], keep: int, in_use: str, former: str
) -> list[StoredImage]:
    """Return all but the former image and the newest, ``keep`` in all. Pure."""
    others = [image for image in images if image.id != in_use]
    others.sort(key=lambda image: (image.id != former, -image.created, image.id))
    return others[keep:]


def _repository(reference: str) -> str:
    try:
        return image_name.parse(reference).repository
    except ResourceError:
        return ""
