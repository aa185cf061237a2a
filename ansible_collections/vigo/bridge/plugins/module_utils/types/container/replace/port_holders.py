# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks whether the ports that a container publishes are free, and finds out what uses them."""

from __future__ import annotations

import os
import re
import socket
import struct
import time
from typing import Iterator

from ....common.errors import ResourceError
from ....engine.connection import Refused
from ..engine import Engine
from ..observed import Existing
from ..spec import ContainerSpec
from ..values.ports import Port

_LISTENING = "0A"
_PODMAN_TIMEOUT = 8.0
_TAKEN = re.compile(r"already allocated|already in use")


def refuse_taken(engine: Engine, spec: ContainerSpec, replaced: Existing | None) -> None:
    """Raise ResourceError naming the holder of the first port that is not free.

    replaced: a container that frees its ports first. Podman holds a port for some seconds after a
    failed start, so this waits a little.
    """
    deadline = time.monotonic() + (_PODMAN_TIMEOUT if engine.is_podman else 0.0)
    while True:
        try:
            return _refuse_taken(engine, spec, replaced)
        except ResourceError:
            if time.monotonic() >= deadline:
                raise
        time.sleep(0.5)


def _refuse_taken(engine: Engine, spec: ContainerSpec, replaced: Existing | None) -> None:
    wanted = [port for port in spec.settings.ports or () if port.host is not None]
    if not wanted:
        return
    own = replaced.id if replaced else ""
    holders = _containers(engine, own)
    given_up = _published(replaced)
    same_host = _shares_our_network(engine)
    for port in wanted:
        holder = next(
            (
                name
                for (address, number, protocol), name in holders.items()
                if (number, protocol) == (port.host, port.protocol)
                and _overlap(address, port.address)
            ),
            None,
        )
        if holder is None and same_host and (port.host, port.protocol) not in given_up:
            holder = _process(port)
        if holder:
            raise ResourceError(
                f"port {port.host}/{port.protocol} is held by {holder}; stop it, or publish"
                f" {port.exposed} on another port"
            )


def explain(engine: Engine, spec: ContainerSpec, error: ResourceError) -> ResourceError:
    """Return an engine's error at the start, with the holder's name where a port was in use."""
    if not isinstance(error, Refused) or not _TAKEN.search(error.said):
        return error
    try:
        refuse_taken(engine, spec, None)
    except ResourceError as better:
        return better
    return error


def _overlap(one: str, other: str) -> bool:
    """Return whether two addresses cannot both publish one port."""
    everywhere = ("", "0.0.0.0", "::")
    return one == other or one in everywhere or other in everywhere


def _containers(engine: Engine, own: str) -> dict[tuple[str, int | None, str], str]:
    """Return running containers by the address, port and protocol that they publish."""
    holders: dict[tuple[str, int | None, str], str] = {}
    for entry in engine.running_containers():
        if entry.get("Id") == own:
            continue
        name = (entry.get("Names") or [""])[0].lstrip("/")
        for port in entry.get("Ports") or []:
            if port.get("PublicPort"):
                key = (port.get("IP") or "", port["PublicPort"], port.get("Type") or "tcp")
                holders[key] = f"container {name}"
    return holders


def _published(container: Existing | None) -> set[tuple[int | None, str]]:
    if container is None or not container.is_up:
        return set()
    return {(port.host, port.protocol) for port in container.settings.ports or ()}


def _shares_our_network(engine: Engine) -> bool:
    """Return whether the engine publishes on this machine's addresses: only then can ports be
    checked.

    False for an engine elsewhere, or when this runs in a container with the engine's socket.
    """
    if not engine.host.startswith("unix://"):
        return False
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(engine.host[len("unix://") :])
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        pid = struct.unpack("3i", peer)[0]
        return pid > 0 and os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net")
    except OSError:
        return False


def _process(port: Port) -> str:
    """Return the process that listens on a port, or empty."""
    if _can_be_bound(port):
        return ""
    for address, inode in _listeners(port.protocol, port.host or 0):
        if port.address in ("", address) or address in ("0.0.0.0", "::"):
            return _owner(inode)
    return ""


def _can_be_bound(port: Port) -> bool:
    """Return whether a port is certainly free. Reading all sockets takes some milliseconds."""
    kind = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}.get(port.protocol)
    if kind is None:
        return False
    addresses = [port.address] if port.address else ["0.0.0.0", "::"]
    try:
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with socket.socket(family, kind) as attempt:
                if family == socket.AF_INET6:
                    attempt.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                attempt.bind((address, port.host or 0))
    except OSError:
        return False
    return True


def _listeners(protocol: str, number: int) -> Iterator[tuple[str, str]]:
    """Yield the address and inode of every socket that listens on a port."""
    for family, table in ((socket.AF_INET, protocol), (socket.AF_INET6, f"{protocol}6")):
        try:
            with open(f"/proc/net/{table}", encoding="ascii") as file:
                rows = file.readlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            address, _colon, hexadecimal = fields[1].partition(":")
            if int(hexadecimal, 16) != number:
                continue
            if protocol == "tcp" and fields[3] != _LISTENING:
                continue
            yield _address(family, address), fields[9]


def _address(family: int, hexadecimal: str) -> str:
    """Return an address.

    The kernel writes addresses as 32-bit words in the machine's byte order.
    """
    packed = b"".join(
        struct.pack("=I", int(hexadecimal[start : start + 8], 16))
        for start in range(0, len(hexadecimal), 8)
    )
    return socket.inet_ntop(family, packed)


def _owner(inode: str) -> str:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for descriptor in os.scandir(f"/proc/{pid}/fd"):
                if os.readlink(descriptor.path) == f"socket:[{inode}]":
                    with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                        return f"process {file.read().strip()} (pid {pid})"
        except OSError:
            continue
    return "another process"
