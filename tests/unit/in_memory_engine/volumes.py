# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls about volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.in_memory_engine import payloads
from tests.unit.in_memory_engine.answers import Handler, Refusal, has_labels

if TYPE_CHECKING:
    from tests.unit.in_memory_engine.engine import InMemoryEngine


def _remove(engine: InMemoryEngine, name: str, **_: Any) -> bytes:
    if name not in engine.volumes:
        raise Refusal(404, f"get {name}: no such volume")
    users = [box.id for box in engine.boxes.values() if name in payloads.volumes(box)]
    if users:
        raise Refusal(409, f"remove {name}: volume is in use - {users}")
    engine.volumes.remove(name)
    engine.volume_details.pop(name, None)
    return b""


def _shown(engine: InMemoryEngine, name: str) -> dict[str, Any]:
    usual = {"Driver": "local", "Options": None, "Labels": None, "Scope": "local"}
    return {"Name": name, **usual, **engine.volume_details.get(name, {})}


def _inspect(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    if name not in engine.volumes:
        raise Refusal(404, f"get {name}: no such volume")
    return _shown(engine, name)


def _list(engine: InMemoryEngine, params: dict[str, str], **_: Any) -> dict[str, Any]:
    every = [_shown(engine, name) for name in sorted(engine.volumes)]
    return {"Volumes": [each for each in every if has_labels(each["Labels"] or {}, params)]}


def _create(engine: InMemoryEngine, body: Any, **_: Any) -> dict[str, Any]:
    name, driver = body["Name"], body.get("Driver") or "local"
    if driver != "local":
        problem = f'error looking up volume plugin {driver}: plugin "{driver}" not found'
        raise Refusal(500 if engine.podman else 404, f"create {name}: {problem}")
    if name not in engine.volumes:
        engine.volumes.add(name)
        engine.volume_details[name] = {
            "Driver": driver,
            "Options": body.get("DriverOpts") or None,
            "Labels": body.get("Labels") or None,
        }
    return _shown(engine, name)


ROUTES: dict[tuple[str, str], Handler] = {
    ("DELETE", "/volumes/([^/]+)"): _remove,
    ("GET", "/volumes"): _list,
    ("POST", "/volumes/create"): _create,
    ("GET", "/volumes/([^/]+)"): _inspect,
}
