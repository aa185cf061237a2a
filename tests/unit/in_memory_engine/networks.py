# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls about networks, and the containers on them."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any

from tests.unit.in_memory_engine.answers import Handler, Refusal, has_labels
from tests.unit.in_memory_engine.boxes import Box

if TYPE_CHECKING:
    from tests.unit.in_memory_engine.engine import InMemoryEngine


def find(engine: InMemoryEngine, name: str) -> dict[str, Any]:
    for network in engine.networks.values():
        if name in (network["Name"], network["Id"]) or name in ("host", "none"):
            return network
    raise Refusal(404, f"network {name} not found")


def _inspect(engine: InMemoryEngine, name: str, **_: Any) -> dict[str, Any]:
    network = find(engine, name)
    usual = {"Driver": "default", "Options": None, "Config": [{"Subnet": "172.18.0.0/16"}]}
    return {**network, "IPAM": network.get("IPAM") or usual}


def _list(engine: InMemoryEngine, params: dict[str, str], **_: Any) -> list[dict[str, Any]]:
    return [each for each in engine.networks.values() if has_labels(each["Labels"], params)]


def _create(engine: InMemoryEngine, body: Any, **_: Any) -> dict[str, Any]:
    name = body["Name"]
    if name in engine.networks:
        raise Refusal(409, f"network with name {name} already exists")
    number = engine.new_id()
    if body.get("Driver", "bridge") not in ("", "bridge", "macvlan"):
        raise Refusal(404, f'plugin "{body["Driver"]}" not found')
    _refuse_overlap(engine, (body.get("IPAM") or {}).get("Config") or [])
    engine.networks[name] = {
        "Name": name,
        "Id": number,
        "Labels": dict(body.get("Labels") or {}),
        "Driver": body.get("Driver") or "bridge",
        "Options": dict(body.get("Options") or {}),
        "Internal": bool(body.get("Internal")),
        "Attachable": bool(body.get("Attachable")) and not engine.podman,
        "EnableIPv6": bool(body.get("EnableIPv6")),
        **({"IPAM": body["IPAM"]} if (body.get("IPAM") or {}).get("Config") else {}),
    }
    return {"Id": number}


def _refuse_overlap(engine: InMemoryEngine, pools: list[dict[str, Any]]) -> None:
    taken = [
        ipaddress.ip_network(pool["Subnet"])
        for network in engine.networks.values()
        for pool in (network.get("IPAM") or {}).get("Config") or ()
    ]
    for pool in pools:
        if any(ipaddress.ip_network(pool["Subnet"]).overlaps(other) for other in taken):
            raise Refusal(403, "Pool overlaps with other one on this address space")


def _remove(engine: InMemoryEngine, name: str, **_: Any) -> bytes:
    network = find(engine, name)
    name = network["Name"]
    if any(box.has_process and name in box.networks for box in engine.boxes.values()):
        raise Refusal(
            403,
            f"error while removing network: network {name} id {network['Id']} has active endpoints",
        )
    del engine.networks[network["Name"]]
    return b""


def _connect(engine: InMemoryEngine, name: str, body: Any, **_: Any) -> bytes:
    box = engine.find(body["Container"])
    if box.is_up or engine.podman:
        find(engine, name)
    if name in box.networks:
        problem = f"endpoint with name {box.name} already exists in network {name}"
        raise Refusal(403, problem)
    end = {"Aliases": None, "IPAMConfig": None}
    box.networks[name] = {**end, **(body.get("EndpointConfig") or {})}
    if box.is_up:
        add_own_aliases(box)
    return b""


def _disconnect(engine: InMemoryEngine, name: str, body: Any, **_: Any) -> bytes:
    find(engine, name)
    box = engine.find(body["Container"])
    if name not in box.networks:
        raise Refusal(500, f"container {box.id} is not connected to network {name}")
    del box.networks[name]
    return b""


def add_own_aliases(box: Box) -> None:
    for network, end in box.networks.items():
        own = box.id[:12]
        if network not in ("bridge", "host", "none") and own not in (end["Aliases"] or ()):
            end["Aliases"] = [*(end["Aliases"] or ()), own]


ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/networks"): _list,
    ("POST", "/networks/create"): _create,
    ("GET", "/networks/([^/]+)"): _inspect,
    ("DELETE", "/networks/([^/]+)"): _remove,
    ("POST", "/networks/([^/]+)/connect"): _connect,
    ("POST", "/networks/([^/]+)/disconnect"): _disconnect,
}
