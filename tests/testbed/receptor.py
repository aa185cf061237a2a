# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh of Receptor: this machine as the controller, and nodes as containers on the base engine.

    controller    a receptor of this machine, which connects to each node; its socket for submitting
                  work, and the service through which nodes ask for secrets
    node ...      a container with a receptor, and this clone of vigo-bridge, read-only

All connections, services and units are authenticated and encrypted with certificates of the mesh's
own authority, in the way that the documentation describes.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docker.errors import APIError, NotFound
from docker.models.containers import Container
from receptorctl.socket_interface import ReceptorControl

from tests.testbed.common import NAME, TestbedError, run, say, state_folder
from tests.testbed.engine import Engine
from tests.testbed.hostimage import host_image
from tests.testbed.network import flags, run_on_network
from tests.testbed.receptor_setup import (
    CONTROLLER,
    ETC,
    PORT,
    TLS_CLIENT,
    WORK_TYPE,
    certify,
    controller_entries,
    node_entries,
    receptor,
    stranger_entries,
    write,
)
from tests.testbed.sharing import owner_labels

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 60
#: Starts a node, once the controller has written its configuration, which needs all addresses.
_ENTRY_POINT = f"""\
#!/bin/sh
mkdir -p /run/vigo-bridge
until [ -e {ETC}/receptor.conf ]; do sleep 0.05; done
exec {ETC}/receptor --config {ETC}/receptor.conf
"""


@dataclass(frozen=True)
class Node:
    """A node that was started.

    Attributes:
        name: its node ID.
        address: its IP address.
    """

    name: str
    address: str
    folder: Path = field(repr=False)
    _base: Engine = field(repr=False)
    _container: Container = field(repr=False)

    def run(self, command: str) -> str:
        """Run a shell command on the node, and return its standard output.

        Raises:
            TestbedError: it failed; the message has its output.
        """
        shell = ["docker", "exec", str(self._container.name), "/bin/sh", "-c", command]
        return run(shell, env=self._base.env)

    def commands(self) -> list[str]:
        """Return the command lines of all processes on the node, from the engine."""
        listed: list[list[str]] = self._container.top(ps_args="-eo pid,args")["Processes"]
        return [words[1] for words in listed]

    def files(self) -> bytes:
        """Return the node's whole disk, as a tar file."""
        return b"".join(self._container.export())

    def kill(self) -> None:
        """End everything on the node at once, as a power cut does; its disk stays."""
        with suppress(APIError):
            self._container.unpause()
        self._container.kill()
        self._container.wait()

    def start(self) -> None:
        """Start it after `kill`."""
        self._container.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let nothing on the node run, in the block."""
        self._container.pause()
        try:
            yield
        finally:
            self._container.unpause()

    def kill_receptor(self) -> None:
        """End the receptor alone. The container ends with it, as with its first process."""
        self._container.kill()

    def remove(self) -> None:
        """End the node and remove its disk."""
        with suppress(NotFound):
            self._container.remove(force=True, v=True)


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
                return bytes(stream.readline())
        return b""

    def units(self) -> list[str]:
        """Return the IDs of the units that it has got."""
        with contextlib.closing(ReceptorControl(str(self.socket))) as control:
            return list(control.simple_command("work list"))


class Mesh:
    """A mesh that was started.

    Attributes:
        nodes: by name.
        socket: the control socket of the controller's receptor.
        secrets_socket: where it connects nodes that ask for secrets.
        folder: of the controller's receptor: its configuration, and its data in `data`.
    """

    def __init__(self, folder: Path, nodes: Sequence[Node]) -> None:
        self.folder = folder
        self.nodes = {node.name: node for node in nodes}
        self.socket = folder / "control.sock"
        self.secrets_socket = folder / "secrets" / "mesh.sock"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "secrets").mkdir(mode=0o700, exist_ok=True)

    def start(self) -> None:
        """Start the controller's receptor, and wait until it reaches all nodes.

        It would wait for some time before it tries again to connect.
        """
        for node in self.nodes.values():
            _wait_for(lambda node=node: _listens(node.address), f"{node.name} does not answer")
        command = [str(receptor()), "--config", str(self.folder / "receptor.conf")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        self.wait_for(self.nodes)

    def wait_for(self, names: Sequence[str] | Mapping[str, object]) -> None:
        """Wait until the controller has a route to these nodes."""
        log = self.folder / "log"
        _wait_for(lambda: set(names) <= self.routes(), f"no route to {', '.join(names)}; see {log}")

    def routes(self) -> set[str]:
        """Return the names of the nodes that the controller reaches now."""
        with suppress(OSError, ValueError, RuntimeError):
            return set(self.ask("status").get("RoutingTable") or {})
        return set()

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
        """Join a receptor of this machine to another node of the mesh.

        name: which node it says it is. certified: which one its certificate says.
        """
        certify(self.folder, {certified: "127.0.0.1"})
        folder = self.folder / certified
        socket_ = folder / "control.sock"
        peer = next(f"{node.address}:{PORT}" for node in self.nodes.values() if node.name != name)
        write(
            stranger_entries(name, folder, socket_, peer),
            folder / "receptor.conf",
        )
        command = [str(receptor()), "--config", str(folder / "receptor.conf")]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            self.wait_for([name])
            yield Stranger(socket_)
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(folder)

    def stop(self) -> None:
        """End the controller's receptor; its units stay."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def configure(self) -> None:
        """Write the certificates and configurations of all, which lets the nodes start."""
        addresses = {node.name: node.address for node in self.nodes.values()}
        certify(self.folder, {CONTROLLER: "127.0.0.1", **addresses})
        entries = controller_entries(
            self.folder,
            self.socket,
            self.secrets_socket,
            [f"{each}:{PORT}" for each in addresses.values()],
        )
        write(entries, self.folder / "receptor.conf")
        for name in self.nodes:
            write(node_entries(name), self.folder / name / "receptor.conf")

    def remove(self) -> None:
        """End the controller's receptor and all nodes."""
        self.stop()
        for node in self.nodes.values():
            node.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


def start_mesh(base: Engine, names: Sequence[str], shared: Path | None = None) -> Mesh:
    """Start a mesh with nodes of these names, and wait until all are connected.

    shared: a folder of this machine that the nodes have, too, at the same path.
    """
    receptor()
    image = host_image(base, "bookworm")
    folder = Path(tempfile.mkdtemp(prefix="mesh-", dir=state_folder()))
    say(f"starting the mesh of {', '.join(names)} ...")
    nodes: list[Node] = []
    try:
        with ThreadPoolExecutor(4) as pool:
            starts = [pool.submit(_start, base, image, folder, name, shared) for name in names]
        for start in starts:
            nodes.append(start.result())
        mesh = Mesh(folder, nodes)
        mesh.configure()
        mesh.start()
    except BaseException:
        for node in nodes:
            node.remove()
        raise
    return mesh


def _start(base: Engine, image: str, parent: Path, name: str, shared: Path | None) -> Node:
    folder = parent / name
    folder.mkdir()
    start = folder / "start"
    start.write_text(_ENTRY_POINT)
    start.chmod(0o755)
    shutil.copy(receptor(), folder)
    # A virtual environment is of use only together with the Python that it was made with.
    read_only = dict.fromkeys((_ROOT, Path(sys.prefix), Path(sys.base_prefix)))
    options = [
        *("--name", f"{NAME}-mesh-{name}-{secrets.token_hex(4)}", "--hostname", name, "--init"),
        *("--volume", f"{folder}:{ETC}"),
        *flags("--volume", [f"{path}:{path}:ro" for path in read_only]),
        *(("--volume", f"{shared}:{shared}") if shared else ()),
        *flags("--label", owner_labels()),
        *("--entrypoint", f"{ETC}/start"),
    ]
    container, address = run_on_network(base, image, options)
    return Node(name, address, folder, base, container)


def _wait_for(condition: Callable[[], bool], problem: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TestbedError(problem)
        time.sleep(0.05)


def _listens(address: str) -> bool:
    with suppress(OSError), socket.create_connection((address, PORT), timeout=1):
        return True
    return False
