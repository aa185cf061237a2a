# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a port is certainly free, next to sockets that use it or do not."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import (
    port_holders,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import ports

EVERYWHERE = ""


@pytest.mark.parametrize(
    ("held", "protocol", "wanted", "expected"),
    [
        ("127.0.0.1", "tcp", "127.0.0.1", False),
        ("127.0.0.1", "tcp", EVERYWHERE, False),
        ("127.0.0.1", "tcp", "127.0.0.2", True),
        ("0.0.0.0", "tcp", "127.0.0.1", False),
        ("0.0.0.0", "tcp", EVERYWHERE, False),
        ("::", "tcp", EVERYWHERE, False),
        ("127.0.0.1", "udp", EVERYWHERE, True),
        (None, "tcp", EVERYWHERE, True),
        (None, "tcp", "198.51.100.1", False),
    ],
)
def test_can_be_bound(held: str | None, protocol: str, wanted: str, expected: bool) -> None:
    """held: the address of a socket that listens on the port by TCP."""
    family = socket.AF_INET6 if held == "::" else socket.AF_INET
    with socket.socket(family) as holder:
        holder.bind((held or "127.0.0.1", 0))
        number = holder.getsockname()[1]
        holder.listen()
        if held is None:
            holder.close()
        (port,) = ports.parse([f"{number}:80/{protocol}"], "ports")
        assert port_holders._can_be_bound(replace(port, address=wanted)) is expected


class Running:
    """An engine where these containers run, by name and published port."""

    def __init__(self, **ports: int) -> None:
        self._ports = ports

    def running_containers(self) -> list[dict[str, Any]]:
        return [
            {
                "Id": f"id of {name}",
                "Names": [f"/{name}"],
                "Ports": [{"IP": "0.0.0.0", "PublicPort": port, "Type": "tcp"}, {"Type": "tcp"}],
            }
            for name, port in self._ports.items()
        ]


def test_the_container_that_is_replaced_holds_no_port() -> None:
    engine: Any = Running(web=80, db=5432)
    everything = {
        ("0.0.0.0", 80, "tcp"): "container web",
        ("0.0.0.0", 5432, "tcp"): "container db",
    }
    assert port_holders._containers(engine, "") == everything
    del everything["0.0.0.0", 80, "tcp"]
    assert port_holders._containers(engine, "id of web") == everything
