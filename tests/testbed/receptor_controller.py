# SPDX-License-Identifier: GPL-3.0-or-later
"""The receptor of this machine as the controller of a mesh, wherever its nodes are.

All connections, services and units are authenticated and encrypted with certificates of the mesh's
own authority, in the way that the documentation describes.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from receptorctl.socket_interface import ReceptorControl

from tests.testbed.common import TestbedError
from tests.testbed.receptor_setup import (
    CONTROLLER,
    TLS_CLIENT,
    WORK_TYPE,
    certify,
    controller_entries,
    receptor,
    stranger_entries,
    write,
)

_START_SECONDS = 60


def start_receptor(folder: Path) -> subprocess.Popen[bytes]:
    """Start a receptor with the configuration in a folder; its log is there, too."""
    command = [str(receptor()), "--config", str(folder / "receptor.conf")]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


@dataclass(frozen=True)
class Stranger:
    """A receptor that has a certificate of the mesh, and is neither its controller nor a node.

    Attributes:
        socket: its control socket.
    """

    socket: Path

    def call(self, node: str, service: str, request: bytes, tls: str = TLS_CLIENT) -> bytes:
        """Return what a service of a node answers; nothing if it refuses the connection.

        tls: the name of a tls-client; empty for none.
        """
        control = ReceptorControl(str(self.socket))
        with contextlib.closing(control):
            control.connect_to_service(node, service, tls)
            stream = control._sockfile
            with suppress(OSError):
                stream.write(request)
                stream.flush()
                return bytes(stream.readline() + stream.readline())
        return b""

    def units(self) -> list[str]:
        """Return the IDs of the units that it has got."""
        with contextlib.closing(ReceptorControl(str(self.socket))) as control:
            return list(control.simple_command("work list"))


class Controller:
    """The receptor of this machine, which sends work to nodes.

    Attributes:
        folder: its configuration, its data in `data`, and a folder for each node.
        peers: the address and the port of each node, by its name.
        socket: its control socket.
        secrets_socket: where it connects nodes that ask for secrets.
    """

    def __init__(self, folder: Path, peers: Mapping[str, str]) -> None:
        """Write the certificates of all, and its own configuration."""
        self.folder = folder
        self.peers = peers
        self.socket = folder / "control.sock"
        self.secrets_socket = folder / "secrets" / "mesh.sock"
        self.secrets_socket.parent.mkdir(mode=0o700)
        self._process: subprocess.Popen[bytes] | None = None
        addresses = {name: peer.partition(":")[0] for name, peer in peers.items()}
        certify(folder, {CONTROLLER: "127.0.0.1", **addresses})
        entries = controller_entries(folder, self.socket, self.secrets_socket, list(peers.values()))
        write(entries, folder / "receptor.conf")

    def start(self) -> None:
        """Start it, and wait until it reaches all nodes.

        It would wait for some time before it tries again to connect.
        """
        for name, peer in self.peers.items():
            _wait_for(partial(_listens, peer), f"{name} does not answer")
        self._process = start_receptor(self.folder)
        self.wait_for(self.peers)

    def stop(self) -> None:
        """End it; its units stay."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def wait_for(self, names: Sequence[str] | Mapping[str, object]) -> None:
        """Wait until the controller has a route to these nodes."""
        log = self.folder / "log"
        _wait_for(lambda: set(names) <= self.routes(), f"no route to {', '.join(names)}; see {log}")

    def routes(self) -> set[str]:
        """Return the names of the nodes that the controller reaches now."""
        return _routes(self.socket)

    def ask(self, command: str) -> Any:
        """Return what the controller's receptor answers to a command, such as `work list`."""
        with contextlib.closing(ReceptorControl(str(self.socket))) as control:
            return control.simple_command(command)

    def submit(self, node: str, payload: bytes, *, sign: bool = True) -> str:
        """Send a unit to a node, and return its ID."""
        with contextlib.closing(ReceptorControl(str(self.socket))) as control:
            answer = control.submit_work(
                WORK_TYPE, payload, node=node, tlsclient=TLS_CLIENT, ttl="60s", signwork=sign
            )
        return str(answer["unitid"])

    def results(self, unit: str) -> Iterator[bytes]:
        """Yield the lines that a unit writes, as they come."""
        with contextlib.closing(ReceptorControl(str(self.socket))) as control:
            stream = control.get_work_results(unit)
            with contextlib.closing(stream):
                yield from stream

    @contextmanager
    def stranger(self, name: str, certified: str) -> Iterator[Stranger]:
        """Join another receptor of this machine to a node of the mesh.

        name: which node it says it is. certified: which one its certificate says.
        """
        certify(self.folder, {certified: "127.0.0.1"})
        folder = self.folder / certified
        control = folder / "control.sock"
        peer = next(peer for other, peer in self.peers.items() if other != name)
        write(stranger_entries(name, folder, control, peer), folder / "receptor.conf")
        process = start_receptor(folder)
        try:
            self.wait_for([name])
            _wait_for(lambda: CONTROLLER in _routes(control), f"{name} has no route")
            yield Stranger(control)
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(folder)


def _routes(control: Path) -> set[str]:
    """Return the names of the nodes that a receptor reaches; none if it does not answer."""
    client = ReceptorControl(str(control))
    with suppress(OSError, ValueError, RuntimeError), contextlib.closing(client):
        return set(client.simple_command("status").get("RoutingTable") or {})
    return set()


def _wait_for(condition: Callable[[], bool], problem: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TestbedError(problem)
        time.sleep(0.05)


def _listens(peer: str) -> bool:
    host, _, port = peer.partition(":")
    with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
        return True
    return False
