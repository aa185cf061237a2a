# SPDX-License-Identifier: GPL-3.0-or-later
"""The mounts of containers, and their volumes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.mounts import (
    Mount as ObservedMount,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.mounts import (
    is_anonymous_name,
)
from vigo_bridge.compose.model import Mount, Volume
from vigo_bridge.compose.running.engine_state import PROJECT, EngineState, Payload
from vigo_bridge.compose.running.services import text
from vigo_bridge.language.position import Position

_VOLUME = "com.docker.compose.volume"
#: Options that inspect does not have with the mounts: Docker adds some there by itself.
_UNSEEN = ("z", "Z", "nocopy")


def mounts(
    found: Iterable[ObservedMount],
    payload: Payload,
    volumes: Mapping[str, Volume],
    folder: Path,
    position: Position,
) -> tuple[Mount, ...]:
    """Return mounts as of a service. volumes: by their real names. folder: of the project."""
    unseen = _unseen(payload.get("HostConfig") or {})
    keys = {volume.name: volume.key for volume in volumes.values()}
    return tuple(
        _mount(mount, unseen.get(mount.target, ()), keys, folder, position) for mount in found
    )


def _unseen(host: Payload) -> dict[str, tuple[str, ...]]:
    """Return options by target that are only in the request that created the container."""
    found = {}
    for written in host.get("Binds") or []:
        parts = written.split(":")
        if len(parts) == 3:
            words = parts[2].split(",")
            found[parts[1]] = tuple(word for word in _UNSEEN if word in words)
    for mount in host.get("Mounts") or []:
        if (mount.get("VolumeOptions") or {}).get("NoCopy"):
            found[mount["Target"]] = ("nocopy",)
    return found


def _mount(
    mount: ObservedMount,
    unseen: Iterable[str],
    keys: Mapping[str, str],
    folder: Path,
    position: Position,
) -> Mount:
    options = (*(("ro",) if mount.read_only else ()), *mount.options, *unseen)
    target = text(mount.target, position)
    if mount.is_bind:
        source = text(_relative(mount.source, folder), position)
        return Mount("bind", source, target, options, creates_source=True)
    if mount.is_anonymous or is_anonymous_name(mount.source):
        return Mount("volume", None, target)
    return Mount("volume", text(keys[mount.source], position), target, options)


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
