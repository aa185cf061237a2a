# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a port is certainly free, next to sockets that use it or do not."""

from __future__ import annotations

import os
import socket
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Refused
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.replace import (
    port_holders,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import ports
from tests.unit.module_utils.types.container.specs import parse

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


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1"])
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_the_process_that_holds_a_port(address: str, protocol: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    with socket.socket(family, kind) as holder:
        holder.bind((address, 0))
        number = holder.getsockname()[1]
        if protocol == "tcp":
            holder.listen()
        name = Path("/proc/self/comm").read_text().strip()
        expected = f"process {name} (pid {os.getpid()})"
        (port,) = ports.parse([f"{number}:80/{protocol}"], "ports")
        assert port_holders._process(port) == expected
        assert port_holders._process(replace(port, address=address)) == expected
        other = "::2" if ":" in address else "127.0.0.2"
        is_taken = address == "0.0.0.0"
        assert bool(port_holders._process(replace(port, address=other))) is is_taken
    assert port_holders._process(port) == ""


def test_a_connection_from_a_port_does_not_listen_there() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        number = client.getsockname()[1]
        assert list(port_holders._listeners("tcp", number)) == []
        assert len(list(port_holders._listeners("tcp", server.getsockname()[1]))) == 1


@dataclass
class Host(Running):
    """An engine whose containers publish these ports, by name."""

    ports: dict[str, int]
    is_podman: bool = False
    host: str = "unix:///engine"

    def __post_init__(self) -> None:
        super().__init__(**self.ports)


def spec(*ports: str) -> Any:
    return parse({"ports": list(ports)})


#: the ports of other containers, what is wanted, what holds other ports -> the error
HELD: dict[str, tuple[dict[str, int], list[str], dict[int, str], str]] = {
    "free": ({"db": 5432}, ["80:80"], {}, ""),
    "any port": ({"db": 80}, ["80"], {}, ""),
    "another protocol": ({"db": 80}, ["80:80/udp"], {}, ""),
    "a container": (
        {"db": 80},
        ["80:8080"],
        {},
        "port 80/tcp is held by container db; stop it, or publish 8080/tcp on another port",
    ),
    "a container, at one address": (
        {"db": 80},
        ["127.0.0.1:80:8080"],
        {},
        "port 80/tcp is held by container db; stop it, or publish 8080/tcp on another port",
    ),
    "a process": (
        {},
        ["79:79", "80:8080/udp"],
        {80: "process x (pid 5)"},
        "port 80/udp is held by process x (pid 5); stop it, or publish 8080/udp on another port",
    ),
}


@pytest.mark.parametrize(("others", "wanted", "processes", "error"), HELD.values(), ids=HELD)
@pytest.mark.parametrize("is_here", [True, False])
def test_ports_that_are_taken(
    others: dict[str, int],
    wanted: list[str],
    processes: dict[int, str],
    error: str,
    is_here: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(port_holders, "_shares_our_network", lambda engine: is_here)
    monkeypatch.setattr(port_holders, "_process", lambda port: processes.get(port.host, ""))
    if processes and not is_here:
        error = ""  # Its ports are those of another machine.
    found = ""
    try:
        port_holders.refuse_taken(cast(Any, Host(others)), spec(*wanted), None)
    except ResourceError as raised:
        found = raised.message
    assert found == error


@pytest.mark.parametrize(("is_up", "is_refused"), [(True, False), (False, True)])
def test_ports_of_the_container_that_is_replaced(
    is_up: bool, is_refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They become free when it is stopped; if it does not run, something else holds them."""
    monkeypatch.setattr(port_holders, "_shares_our_network", lambda engine: True)
    monkeypatch.setattr(port_holders, "_process", lambda port: "process x (pid 5)")
    wanted = spec("80:80")
    replaced = SimpleNamespace(id="id of web", is_up=is_up, settings=wanted.settings)
    engine = cast(Any, Host({"web": 80}))
    with pytest.raises(ResourceError) if is_refused else nullcontext():
        port_holders.refuse_taken(engine, wanted, cast(Any, replaced))


@pytest.mark.parametrize(("podman", "waits"), [(True, [0.5] * 17), (False, [])])
def test_podman_is_given_some_time(
    podman: bool, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    clock = SimpleNamespace(sleep=waited.append, monotonic=lambda: sum(waited) * 0.99)
    monkeypatch.setattr(port_holders, "time", clock)
    with pytest.raises(ResourceError, match="is held by container db"):
        port_holders.refuse_taken(cast(Any, Host({"db": 80}, podman)), spec("80:80"), None)
    assert waited == waits


TAKEN = Refused("driver failed: Bind for 0.0.0.0:80 failed: port is already allocated", 500)


@pytest.mark.parametrize(
    ("error", "others", "message"),
    [
        (TAKEN, {"db": 80}, "port 80/tcp is held by container db; stop it, or publish 80/tcp on"),
        (TAKEN, {}, TAKEN.message),
        (Refused("address already in use", 500), {"db": 80}, "port 80/tcp is held by container"),
        (Refused("no such image", 404), {"db": 80}, "the engine returned an error: no such image"),
        (ResourceError("already in use"), {"db": 80}, "already in use"),
    ],
)
def test_an_error_at_the_start_is_explained(
    error: ResourceError, others: dict[str, int], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(port_holders, "_shares_our_network", lambda engine: False)
    explained = port_holders.explain(cast(Any, Host(others)), spec("80:80"), error)
    assert explained.message.startswith(message)


def test_an_engine_that_shares_our_network(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    here = cast(Any, Host({}, host=f"unix://{path}"))
    assert not port_holders._shares_our_network(here)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        assert port_holders._shares_our_network(here)
        elsewhere = cast(Any, Host({}, host="tcp://192.0.2.1:2375"))
        assert not port_holders._shares_our_network(elsewhere)
