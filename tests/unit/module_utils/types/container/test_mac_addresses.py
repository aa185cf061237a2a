# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the request that creates a container has its MAC addresses, by engine."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values.networks import (
    with_mac,
)

MAC, OTHER = "02:42:ac:11:00:02", "02:42:ac:11:00:03"
Ends = dict[str, dict[str, Any]]

#: the networks of the request, the engine's version of the API, whether it is Podman -> the MAC
#: address of the container, and the networks
REQUESTS: dict[str, tuple[Ends, tuple[int, int], bool, str | None, Ends]] = {
    "none": ({"n": {"Aliases": ["a"]}}, (1, 41), False, None, {"n": {"Aliases": ["a"]}}),
    "none, on Podman": ({"n": {}, "m": {}}, (1, 41), True, None, {"n": {}, "m": {}}),
    "of the network": (
        {"n": {"MacAddress": MAC}},
        (1, 44),
        False,
        None,
        {"n": {"MacAddress": MAC}},
    ),
    "of the container": (
        {"n": {"MacAddress": MAC, "Aliases": ["a"]}},
        *((1, 43), False, MAC, {"n": {"Aliases": ["a"]}}),
    ),
    "of the default network, in the container": (
        {"default": {"MacAddress": MAC}},
        *((1, 43), False, MAC, {}),
    ),
    "of a second network, in the container": (
        {"n": {}, "m": {"MacAddress": MAC}},
        (1, 43),
        False,
        MAC,
        {"n": {}, "m": {}},
    ),
    "the first of two on Podman": (
        {"n": {"MacAddress": MAC}, "m": {"MacAddress": OTHER}},
        *((1, 41), True, None, {"n": {"MacAddress": MAC}}),
    ),
    "of the default network on Podman": (
        {"default": {"MacAddress": MAC}},
        *((1, 41), True, None, {"podman": {"MacAddress": MAC}}),
    ),
    "of the bridge on Podman": (
        {"bridge": {"MacAddress": MAC}},
        *((1, 44), True, None, {"podman": {"MacAddress": MAC}}),
    ),
}


@pytest.mark.parametrize(
    ("ends", "api", "podman", "mac", "expected"), REQUESTS.values(), ids=REQUESTS
)
def test_mac_address(
    ends: Ends, api: tuple[int, int], podman: bool, mac: str | None, expected: Ends
) -> None:
    payload = {"Image": "x", "NetworkingConfig": {"EndpointsConfig": ends}}
    found = with_mac(payload, api, podman)
    of_container = {} if mac is None else {"MacAddress": mac}
    networks = {"NetworkingConfig": {"EndpointsConfig": expected}}
    assert found == {"Image": "x", **of_container, **networks}


@pytest.mark.parametrize("payload", [{}, {"NetworkingConfig": None}, {"NetworkingConfig": {}}])
def test_a_request_without_networks(payload: dict[str, Any]) -> None:
    assert with_mac(payload, (1, 43), True) == payload
