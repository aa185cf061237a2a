# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads containers from an engine; no other module here connects to it. Nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Connection
from ansible_collections.vigo.bridge.plugins.module_utils.engine.unix_socket import unix_socket

#: Labels of compose on containers, networks and volumes.
PROJECT = "com.docker.compose.project"
Payload = Mapping[str, Any]


@dataclass(frozen=True)
class EngineState:
    """Inspect payloads. images, networks and volumes: those of the containers, by ID or name.

    is_here: whether paths of the host are those of this machine. api: the version of the API.
    """

    containers: tuple[Payload, ...]
    images: Mapping[str, Payload] = field(default_factory=dict)
    networks: Mapping[str, Payload] = field(default_factory=dict)
    volumes: Mapping[str, Payload] = field(default_factory=dict)
    info: Payload = field(default_factory=dict)
    is_here: bool = True
    is_podman: bool = False
    api: tuple[int, int] = (1, 41)


def projects(connection: Connection) -> list[str]:
    """Return the names of all compose projects with containers. Raise Blocked, Refused."""
    found = _labelled(connection, PROJECT)
    return sorted({(item.get("Labels") or {}).get(PROJECT, "") for item in found} - {""})


def of_project(connection: Connection, project: str) -> EngineState:
    """Return the containers of a compose project, running or not. Raise Blocked, Refused."""
    found = _labelled(connection, f"{PROJECT}={project}")
    return _state(connection, (item["Id"] for item in found))


def of_containers(connection: Connection, names: Iterable[str]) -> EngineState:
    """Return containers by name or ID; those that do not exist are missing.

    Raise Blocked, Refused.
    """
    return _state(connection, names)


def names(connection: Connection) -> list[str]:
    """Return the names of all containers. Raise Blocked, Refused."""
    found = connection.call("GET", "/containers/json", {"all": "true"})
    return sorted(name.lstrip("/") for item in found for name in (item.get("Names") or [])[:1])


def _labelled(connection: Connection, label: str) -> list[dict[str, Any]]:
    params = {"all": "true", "filters": json.dumps({"label": [label]})}
    found: list[dict[str, Any]] = connection.call("GET", "/containers/json", params)
    return found


def _state(connection: Connection, names: Iterable[str]) -> EngineState:
    inspected = (connection.find(f"/containers/{quote(name, safe='')}/json") for name in names)
    containers = tuple(payload for payload in inspected if payload is not None)
    return EngineState(
        containers,
        _each(connection, "images", (payload["Image"] for payload in containers)),
        _each(
            connection, "networks", (name for payload in containers for name in _networks(payload))
        ),
        _each(
            connection, "volumes", (name for payload in containers for name in _volumes(payload))
        ),
        connection.call("GET", "/info"),
        unix_socket(connection.host) is not None,
        connection.is_podman,
        connection.api_version,
    )


def _each(connection: Connection, kind: str, keys: Iterable[str]) -> dict[str, Payload]:
    """Return the payloads of objects that still exist."""
    end = "" if kind in ("networks", "volumes") else "/json"
    found = {
        key: connection.find(f"/{kind}/{quote(key, safe='')}{end}")
        for key in dict.fromkeys(keys)
        if key
    }
    return {key: payload for key, payload in found.items() if payload is not None}


def _networks(payload: Payload) -> list[str]:
    return list((payload.get("NetworkSettings") or {}).get("Networks") or {})


def _volumes(payload: Payload) -> list[str]:
    mounts = payload.get("Mounts") or []
    return [mount.get("Name") or "" for mount in mounts if mount.get("Type") == "volume"]
