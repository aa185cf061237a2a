# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls about images, and what the registry has."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import image_name
from tests.unit.in_memory_engine.answers import Handler, Refusal

if TYPE_CHECKING:
    from tests.unit.in_memory_engine.engine import InMemoryEngine


@cache
def normal(name: str) -> str:
    try:
        return str(image_name.parse(name))
    except ResourceError:
        return name


def known(engine: InMemoryEngine, name: str) -> dict[str, Any]:
    for key, image in engine.images.items():
        if key == normal(name) or image["Id"] == name:
            return image
    raise Refusal(404, f"No such image: {name}")


def _inspect(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    return copy.deepcopy(known(engine, name))


def _list(engine: InMemoryEngine, **_: Any) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, image in engine.images.items():
        entry = {"Id": image["Id"], "Created": image["Created"], "RepoTags": []}
        found.setdefault(image["Id"], entry)["RepoTags"].append(name)
    return list(found.values())


def _remove(engine: InMemoryEngine, name: str, **_: Any) -> list[Any]:
    image = known(engine, name)
    names = [key for key, each in engine.images.items() if each["Id"] == image["Id"]]
    users = [box for box in engine.boxes.values() if box.payload["Image"] == image["Id"]]
    if users and len(names) == 1:
        raise Refusal(409, f"conflict: unable to remove {name}: container is using it")
    for key in names if name == image["Id"] else [normal(name)]:
        del engine.images[key]
    return []


def _distribution(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    if normal(name) not in engine.registry:
        raise Refusal(404, "manifest unknown")
    (digest,) = engine.registry[normal(name)]["RepoDigests"]
    return {"Descriptor": {"digest": digest.rpartition("@")[2]}}


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/images/json"): _list,
    ("GET", "/images/(.+)/json"): _inspect,
    ("DELETE", "/images/(.+)"): _remove,
    ("GET", "/distribution/(.+)/json"): _distribution,
}
