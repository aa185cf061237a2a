# SPDX-License-Identifier: GPL-3.0-or-later
"""The mounts of containers, and their volumes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.mount import (
    SHORT,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.mount import (
    Mount as ObservedMount,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.mounts import (
    is_anonymous_name,
)
from vigo_bridge.compose.model import Mount, Pairs, Volume
from vigo_bridge.compose.running.engine_state import PROJECT, EngineState, Payload
from vigo_bridge.compose.running.services import text
from vigo_bridge.compose.text import Text
from vigo_bridge.language.position import Position

_VOLUME = "com.docker.compose.volume"


def mounts(
    found: Iterable[ObservedMount],
    volumes: Mapping[str, Volume],
    folder: Path,
    position: Position,
) -> tuple[Mount, ...]:
    """Return mounts as of a service. volumes: by their real names. folder: of the project."""
    keys = {volume.name: volume.key for volume in volumes.values()}
    return tuple(_mount(mount, keys, folder, position) for mount in found)


def _mount(
    mount: ObservedMount, keys: Mapping[str, str], folder: Path, position: Position
) -> Mount:
    words = [word for word in mount.options if word in SHORT]
    options = (*(("ro",) if mount.read_only else ()), *words)
    target = text(mount.target, position)
    details = _details(mount, position)
    if mount.is_bind:
        source = text(_relative(mount.source, folder), position)
        return Mount("bind", source, target, options, creates_source=True, details=details)
    if mount.is_image:
        return Mount("image", text(mount.source, position), target, details=details)
    if mount.is_anonymous or is_anonymous_name(mount.source):
        return Mount("volume", None, target)
    source = text(keys[mount.source], position)
    return Mount("volume", source, target, options, details=details)


def _details(mount: ObservedMount, position: Position) -> tuple[tuple[str, Text | Pairs], ...]:
    """Return the options of the long form. Those of a volume's driver are in the volume itself."""
    found = {"recursive": mount.recursive, "subpath": mount.subpath}
    return tuple((name, text(value, position)) for name, value in found.items() if value)


def _relative(source: str, folder: Path) -> str:
    """Return a path below the folder of the project as a person writes it."""
    if folder == Path("/") or folder not in (Path(source), *Path(source).parents):
        return source
    return f"./{Path(source).relative_to(folder)}"


def named_volumes(state: EngineState, project: str, *, is_whole: bool) -> dict[str, Volume]:
    """Return the volumes with names, by key.

    is_whole: whether the containers are a compose project, so that all that is not the project's
    was created by something else.
    """
    found = {}
    for name in dict.fromkeys(_names(state)):
        payload = state.volumes.get(name) or {}
        labels = payload.get("Labels") or {}
        owner = labels.get(PROJECT, "")
        key = labels.get(_VOLUME, name) if owner == project else name
        position = Position(f"volume {name}", 0, 0)
        is_external = owner not in ((project,) if is_whole else (project, ""))
        settings = {} if is_external else _settings(payload, position)
        found[key] = Volume(key, name, is_external, settings, position)
    return found


def _names(state: EngineState) -> Iterable[str]:
    for payload in state.containers:
        for mount in payload.get("Mounts") or []:
            name = mount.get("Name") or ""
            if mount.get("Type") == "volume" and name and not is_anonymous_name(name):
                yield name


def _settings(payload: Payload, position: Position) -> dict[str, Any]:
    driver = payload.get("Driver") or "local"
    found: dict[str, Any] = {} if driver == "local" else {"driver": text(driver, position)}
    return found | own_pairs(payload, position)


def own_pairs(payload: Payload, position: Position) -> dict[str, Any]:
    """Return the options and labels of a network or volume, without those of compose."""
    pairs = {
        "options": dict(payload.get("Options") or {}),
        "labels": {
            name: value
            for name, value in (payload.get("Labels") or {}).items()
            if not name.startswith(("com.docker.compose.", "io.podman.compose.", "vigo.bridge."))
        },
    }
    return {
        name: {key: text(value, position) for key, value in values.items()}
        for name, values in pairs.items()
        if values
    }
