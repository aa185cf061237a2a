# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine shows of its containers and images, as it writes it. It shares parts with them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

from tests.unit.in_memory_engine.boxes import Box

#: The configuration of an image that has none of its own.
REDIS = {
    "Entrypoint": ["docker-entrypoint.sh"],
    "Cmd": ["redis-server"],
    "Env": ["PATH=/usr/bin:/bin"],
    "Volumes": {"/data": {}},
    "WorkingDir": "/data",
}


def inspect(box: Box) -> dict[str, Any]:
    """Return the inspect payload of a container."""
    networks = {
        network: {**end, "IPAddress": "172.18.0.2" if box.is_up else ""}
        for network, end in box.networks.items()
    }
    return {
        **box.payload,
        "Name": f"/{box.name}",
        "State": box.state(),
        "RestartCount": box.restart_count,
        "NetworkSettings": {"Networks": networks, "Ports": bindings(box)},
    }


def bindings(box: Box) -> dict[str, Any]:
    """Return what a container publishes, as engines show it: each for IPv4 and IPv6."""
    if not box.has_process:
        return {}
    return {
        exposed: [
            {"HostIp": address, "HostPort": entry["HostPort"]}
            for entry in entries or ()
            for address in ([entry["HostIp"]] if entry.get("HostIp") else ["0.0.0.0", "::"])
        ]
        for exposed, entries in (box.host.get("PortBindings") or {}).items()
    }


def entry(box: Box) -> dict[str, Any]:
    """Return the entry of a container in the list."""
    ports = [
        {"IP": address or "0.0.0.0", "PublicPort": number, "Type": protocol}
        for address, number, protocol in (published(box) if box.has_process else ())
    ]
    return {
        "Id": box.id,
        "Names": [f"/{box.name}"],
        "Image": box.payload["Config"]["Image"],
        "Labels": dict(box.payload["Config"]["Labels"]),
        "State": box.status,
        "Ports": ports,
        "HostConfig": {"NetworkMode": box.host["NetworkMode"]},
        "NetworkSettings": {"Networks": box.networks},
    }


def image(number: int, name: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inspect payload of an image. config: beside that of redis."""
    repository = name.rpartition(":")[0]
    return {
        "Id": f"sha256:{number:064x}",
        "Created": number,
        "Config": {**REDIS, **config},
        "RepoDigests": [f"{repository}@sha256:{number:064d}"],
        "Os": "linux",
        "Architecture": "amd64",
    }


def first_networks(mode: str, body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the networks of a container that was just created. body: of the create call."""
    if mode.startswith("container:"):
        return {}
    network = "bridge" if mode == "default" else mode
    ends = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    return {network: dict(ends.get(network) or {"Aliases": None, "IPAMConfig": None})}


def framed(log: str) -> bytes:
    """Return a log as engines send it, as one piece of the standard output."""
    content = log.encode()
    return b"\x01\x00\x00\x00" + struct.pack(">I", len(content)) + content


def volumes(box: Box) -> set[str]:
    """Return the names of its volumes."""
    return {mount["Name"] for mount in box.payload["Mounts"] if mount["Type"] == "volume"}


def published(box: Box) -> list[tuple[str, int, str]]:
    """Yield address, port and protocol of each port that it publishes while it runs."""
    found = []
    for exposed, bindings in (box.host.get("PortBindings") or {}).items():
        for binding in bindings or ():
            if binding.get("HostPort"):
                protocol = exposed.partition("/")[2] or "tcp"
                found.append((binding.get("HostIp") or "", int(binding["HostPort"]), protocol))
    return found
