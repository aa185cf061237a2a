# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls about containers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.unit.in_memory_engine import images, networks, payloads
from tests.unit.in_memory_engine.answers import Handler, Refusal, has_labels
from tests.unit.in_memory_engine.boxes import PROGRAMS, Box
from tests.unit.module_utils.types.container.created import inspected

if TYPE_CHECKING:
    from tests.unit.in_memory_engine.engine import InMemoryEngine


def _inspect(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    return payloads.inspect(engine.find(name))


def _list(engine: InMemoryEngine, params: dict[str, str], **_: Any) -> list[dict[str, Any]]:
    return [
        payloads.entry(box)
        for box in engine.boxes.values()
        if (params.get("all") == "true" or box.has_process)
        and has_labels(box.payload["Config"]["Labels"], params)
        and _uses(box, params)
    ]


def _uses(box: Box, params: dict[str, str]) -> bool:
    """Return whether a container has the networks and volumes that a list is filtered by."""
    filters = json.loads(params.get("filters") or "{}")
    return all(
        any(name in held for name in filters[kind])
        for kind, held in (("network", box.networks), ("volume", payloads.volumes(box)))
        if kind in filters
    )


def _create(engine: InMemoryEngine, params: dict[str, str], body: Any, **_: Any) -> dict[str, Any]:
    host = dict(body.get("HostConfig") or {})
    for mount in host.get("Mounts") or ():
        if mount["Type"] == "bind" and mount["Source"] not in engine.paths:
            problem = f"bind source path does not exist: {mount['Source']}"
            raise Refusal(400, f'invalid mount config for type "bind": {problem}')
    if not body.get("Image"):
        raise Refusal(400, "No command specified")
    image = images.known(engine, body["Image"])
    name = params.get("name") or f"box_{next(engine.numbers)}"
    _refuse_taken(engine, name, "")
    number = engine.new_id()
    mode = host.get("NetworkMode") or "default"
    if mode.startswith("container:"):
        shared = engine.box(mode.partition(":")[2])
        mode = f"container:{shared.id}" if shared else mode
    anonymous: set[str] = set()

    def volume() -> str:
        anonymous.add(engine.new_id())
        return max(anonymous)

    sent = {**body, "HostConfig": {**host, "NetworkMode": mode}}
    payload = inspected(sent, image, {"Id": number}, volume)
    box = Box(number, name, payload, payloads.first_networks(mode, body), anonymous)
    engine.volumes.update(payloads.volumes(box))
    engine.anonymous |= anonymous
    engine.boxes[number] = box
    return {"Id": number, "Warnings": []}


def _refuse_taken(engine: InMemoryEngine, name: str, prefix: str) -> None:
    holder = engine.box(name)
    if holder is not None:
        raise Refusal(
            409,
            f'{prefix}Conflict. The container name "/{name}" is already in use by container'
            f' "{holder.id}". You have to remove (or rename) that container to be able to reuse'
            " that name.",
        )


def _start(engine: InMemoryEngine, name: str, **_: Any) -> bytes:
    box = engine.find(name)
    if box.status == "paused":
        raise Refusal(409, "cannot start a paused container, try unpause instead")
    if not box.has_process:
        _refuse_start(engine, box)
        engine.life.start(box)
        networks.add_own_aliases(box)
    return b""


def _refuse_start(engine: InMemoryEngine, box: Box) -> None:
    try:
        _check_start(engine, box)
    except Refusal as refusal:
        box.error = refusal.message
        box.exit_code = 127 if "OCI" in refusal.message else 128
        raise


def _check_start(engine: InMemoryEngine, box: Box) -> None:
    mode = box.host["NetworkMode"]
    if mode.startswith("container:"):
        shared = engine.find(mode.partition(":")[2])
        if not shared.has_process:
            raise Refusal(409, f"cannot join network of a non running container: {shared.id}")
    for network in box.networks:
        networks.find(engine, network)
    taken = {
        key
        for other in engine.boxes.values()
        if other.has_process
        for key in payloads.published(other)
    }
    for address, port, protocol in payloads.published(box):
        if any((port, protocol) == held[1:] for held in taken):
            raise Refusal(
                500,
                "driver failed programming external connectivity on endpoint"
                f" {box.name}: Bind for {address or '0.0.0.0'}:{port} failed: port is already"
                " allocated",
            )
    word = next((word for word in box.words if word and word != "docker-entrypoint.sh"), "")
    if word not in PROGRAMS:
        raise Refusal(
            400,
            "failed to create shim task: OCI runtime create failed: runc create failed: unable"
            f' to start container process: exec: "{word}": no such file or directory: unknown',
        )


def _stop(engine: InMemoryEngine, name: str, params: dict[str, str], **_: Any) -> bytes:
    box = engine.find(name)
    engine.life.stop(box, _grace(box, params))
    return b""


def _grace(box: Box, params: dict[str, str]) -> float:
    timeout = params.get("t", box.payload["Config"].get("StopTimeout"))
    return 10.0 if timeout is None else float(timeout)


def _restart(engine: InMemoryEngine, name: str, params: dict[str, str], **_: Any) -> bytes:
    box = engine.find(name)
    engine.life.stop(box, _grace(box, params))
    try:
        return _start(engine, box.id)
    except Refusal as refusal:
        message = f"Cannot restart container {box.name}: {refusal.message}"
        raise Refusal(500, message) from None


def _kill(engine: InMemoryEngine, name: str, **_: Any) -> bytes:
    box = engine.find(name)
    if not box.has_process:
        problem = f"Container {box.id} is not running"
        raise Refusal(409, f"Cannot kill container: {name}: {problem}")
    engine.life.kill(box)
    return b""


def _pause(engine: InMemoryEngine, name: str, **_: Any) -> bytes:
    box = engine.find(name)
    if box.status != "running":
        state = "already paused" if box.status == "paused" else "not running"
        raise Refusal(409, f"Container {box.id} is {state}")
    box.status = "paused"
    return b""


def _unpause(engine: InMemoryEngine, name: str, **_: Any) -> bytes:
    box = engine.find(name)
    if box.status != "paused":
        raise Refusal(500, f"Container {box.id} is not paused")
    box.status = "running"
    return b""


def _rename(engine: InMemoryEngine, name: str, params: dict[str, str], **_: Any) -> bytes:
    box = engine.find(name)
    if box.name == params["name"]:
        raise Refusal(400, "Renaming a container with the same name as its current name")
    _refuse_taken(engine, params["name"], "Error when allocating new name: ")
    if box.status == "restarting":
        raise Refusal(404, f"No such container: {box.id}")
    box.name = params["name"]
    return b""


def _update(engine: InMemoryEngine, name: str, body: Any, **_: Any) -> dict[str, Any]:
    if not engine.has_update:
        raise Refusal(404, "page not found")
    box = engine.find(name)
    box.host.update({key: value for key, value in body.items() if value is not None})
    return {"Warnings": None}


def _wait(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    box = engine.find(name)
    while box.has_process:
        engine.clock.step(60.0)
    return {"StatusCode": box.exit_code}


def _delete(engine: InMemoryEngine, name: str, params: dict[str, str], **_: Any) -> bytes:
    box = engine.find(name)
    if box.has_process:
        if params.get("force") != "true":
            raise Refusal(
                409,
                f"You cannot remove a running container {box.id}. Stop the container before"
                " attempting removal or force remove",
            )
        engine.life.kill(box)
    if engine.boxes.pop(box.id, None):
        engine.emit(box, "destroy")
    if params.get("v") == "true":
        # Podman knows of each volume, not of each container, whether it has no name.
        anonymous = engine.anonymous & payloads.volumes(box) if engine.podman else box.anonymous
        engine.volumes -= anonymous
    return b""


def _logs(engine: InMemoryEngine, name: str, **_: Any) -> bytes:
    return payloads.framed(engine.find(name).log)


def _healthcheck(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    box = engine.find(name)
    engine.life.probe(box)
    return {"Status": box.health}


_NAME = "/containers/([^/]+)"
ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/containers/json"): _list,
    ("POST", "/containers/create"): _create,
    ("GET", f"{_NAME}/json"): _inspect,
    ("GET", f"{_NAME}/logs"): _logs,
    ("POST", f"{_NAME}/start"): _start,
    ("POST", f"{_NAME}/stop"): _stop,
    ("POST", f"{_NAME}/restart"): _restart,
    ("POST", f"{_NAME}/kill"): _kill,
    ("POST", f"{_NAME}/pause"): _pause,
    ("POST", f"{_NAME}/unpause"): _unpause,
    ("POST", f"{_NAME}/rename"): _rename,
    ("POST", f"{_NAME}/update"): _update,
    ("POST", f"{_NAME}/wait"): _wait,
    ("DELETE", _NAME): _delete,
    ("GET", f"/libpod{_NAME}/healthcheck"): _healthcheck,
}
