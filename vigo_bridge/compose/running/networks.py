# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of containers. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.observed import (
    Existing,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import networks
from vigo_bridge.compose.model import Attachment, Network
from vigo_bridge.compose.running.engine_state import PROJECT, EngineState, Payload
from vigo_bridge.compose.running.mounts import own_pairs
from vigo_bridge.compose.running.services import text
from vigo_bridge.language.position import Position

_NETWORK = "com.docker.compose.network"
#: From this version of the API on, the host name of a container is not one of its aliases.
_WITHOUT_HOSTNAME = (1, 44)
#: Where engines take the subnets of networks that set none.
_POOLS = tuple(
    map(ipaddress.ip_network, ("172.16.0.0/12", "192.168.0.0/16", "10.88.0.0/15", "fd00::/8"))
)
#: The engine's own networks.
_BUILT_IN = ("bridge", "podman", "default", "host", "none")


def attachments(
    existing: Existing, known: Mapping[str, Network], state: EngineState, position: Position
) -> tuple[Attachment, ...]:
    """Return the networks of a container; that with which it was created comes first."""
    keys = {network.name: network.key for network in known.values()}
    found = []
    for item in existing.attachments:
        is_added = state.is_podman or state.api < _WITHOUT_HOSTNAME
        names = [name for name in item.aliases if not (is_added and name == item.hostname)]
        found.append(
            Attachment(
                keys[item.network],
                tuple(text(name, position) for name in names),
                text(item.ipv4, position) if item.ipv4 else None,
                text(item.ipv6, position) if item.ipv6 else None,
                1000 if item.network == existing.network_mode else 0,
                position,
                None,  # That of the first network is the container's own.
                tuple(text(address, position) for address in item.link_local),
                tuple((name, text(value, position)) for name, value in item.driver_opts),
                text(item.gw_priority, position) if item.gw_priority else None,
            )
        )
    return tuple(sorted(found, key=lambda attachment: -attachment.priority))


def mode_of(existing: Existing) -> str:
    """Return the network mode of a container; empty if it is in networks that a person made."""
    mode = existing.network_mode
    own = [item.network for item in existing.attachments if item.network not in _BUILT_IN]
    if own:
        return ""
    return "bridge" if mode in ("podman", "default") else mode


def named_networks(state: EngineState, project: str, *, is_whole: bool) -> dict[str, Network]:
    """Return the networks by key. is_whole: as of volumes."""
    found = {}
    for name in dict.fromkeys(_names(state)):
        payload = state.networks.get(name)
        labels = (payload or {}).get("Labels") or {}
        is_ours = payload is None and name.startswith(f"{project}_")  # It was removed.
        owner = project if is_ours else labels.get(PROJECT, "")
        short_name = name.removeprefix(f"{project}_")
        key = labels.get(_NETWORK, short_name) if owner == project else name
        position = Position(f"network {name}", 0, 0)
        is_external = owner not in ((project,) if is_whole else (project, ""))
        settings = {} if is_external else dict(_settings(name, payload or {}, state, position))
        found[key] = Network(key, name, is_external, settings, position)
    return found


def _names(state: EngineState) -> Iterator[str]:
    for payload in state.containers:
        for name in (payload.get("NetworkSettings") or {}).get("Networks") or {}:
            if name not in _BUILT_IN and not networks.is_special(name):
                yield name


def _settings(
    name: str, payload: Payload, state: EngineState, position: Position
) -> Iterator[tuple[str, Any]]:
    driver = payload.get("Driver") or "bridge"
    if driver != "bridge":
        yield "driver", text(driver, position)
    yield from own_pairs(payload, position).items()
    for key, attribute in (
        ("Internal", "internal"),
        ("Attachable", "attachable"),
        ("EnableIPv6", "enable_ipv6"),
    ):
        if payload.get(key):
            yield attribute, True
    pools = [dict(_pool(item, position)) for item in _pools(payload)]
    if pools and (_is_fixed(name, state) or any(map(_is_chosen, _pools(payload)))):
        yield "ipam", {"config": pools}


def _pools(payload: Payload) -> list[Payload]:
    return [item for item in (payload.get("IPAM") or {}).get("Config") or [] if item.get("Subnet")]


def _is_fixed(name: str, state: EngineState) -> bool:
    """Return whether a container has a fixed address in the network, which needs the subnet."""
    for payload in state.containers:
        endpoint = ((payload.get("NetworkSettings") or {}).get("Networks") or {}).get(name) or {}
        if any((endpoint.get("IPAMConfig") or {}).values()):
            return True
    return False


def _is_chosen(pool: Payload) -> bool:
    """Return whether a person chose the subnet: engines choose one of their pools, and a gateway.

    An engine's own choice may be another one on another host.
    """
    if pool.get("IPRange") or pool.get("AuxiliaryAddresses") or not pool.get("Gateway"):
        return True
    subnet = ipaddress.ip_network(pool["Subnet"], strict=False)
    return not any(
        subnet.version == own.version and subnet.subnet_of(own)  # type: ignore[arg-type]
        for own in _POOLS
    )


def _pool(pool: Payload, position: Position) -> Iterator[tuple[str, Any]]:
    for key, attribute in (("Subnet", "subnet"), ("Gateway", "gateway"), ("IPRange", "ip_range")):
        if pool.get(key):
            yield attribute, text(pool[key], position)
    if others := pool.get("AuxiliaryAddresses"):
        yield "aux_addresses", {name: text(value, position) for name, value in others.items()}
