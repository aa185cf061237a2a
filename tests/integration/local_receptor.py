# SPDX-License-Identifier: GPL-3.0-or-later
"""A Receptor mesh whose nodes are processes of this machine, for a fleet of local hosts."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from receptorctl.socket_interface import ReceptorControl

from tests.integration.free_ports import free_port
from tests.integration.local_fleet import LocalFleet
from tests.integration.mesh_fleet import started, wait_for
from tests.integration.program import Finished
from tests.testbed.receptor_setup import (
    CONTROLLER,
    TLS_CLIENT,
    certify,
    controller_entries,
    node_entries,
    receptor,
    write,
)
from vigo_bridge.run.processes import children


class LocalReceptor:
    """A controller and nodes, with the certificates and configurations of the documentation.

    Attributes:
        folder: of all receptors; each has a subfolder with its name.
        mesh: the file that lists the nodes.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.folder = folder
        self.mesh = folder / "mesh.yml"
        self._socket = folder / "control.sock"
        self._names = names
        self._ports = {name: free_port() for name in names}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        certify(folder, dict.fromkeys([CONTROLLER, *names], "127.0.0.1"))
        for name, port in self._ports.items():
            write(node_entries(name, folder / name, port), folder / name / "receptor.conf")
        secrets_socket = folder / "secrets" / "mesh.sock"
        secrets_socket.parent.mkdir(mode=0o700)
        peers = [f"127.0.0.1:{port}" for port in self._ports.values()]
        entries = controller_entries(folder, self._socket, secrets_socket, peers)
        write(entries, folder / CONTROLLER / "receptor.conf")
        way = f"via: receptor, socket: {self._socket}, tls_client: {TLS_CLIENT}, sign_work: true"
        nodes = "".join(f"  {name}: {{{way}}}\n" for name in names)
        self.mesh.write_text(f"secrets_socket: {secrets_socket}\nnodes:\n{nodes}")

    def start(self) -> None:
        """Start all, and wait until the controller reaches all nodes."""
        for name, port in self._ports.items():
            self._start(name)
            wait_for(lambda port=port: _listens(port))
        self._start(CONTROLLER)
        wait_for(self.is_complete)

    def stop(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait()

    def cut_power(self, name: str) -> None:
        """Kill a node with all that it has started, as the loss of its power does."""
        process = self._processes[name]
        for pid in _tree(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Let nothing of a node run, in the block."""
        pids = _tree(self._processes[name].pid)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def restore_power(self, name: str) -> None:
        """Start a node again, and wait until the controller reaches it."""
        self._start(name)
        wait_for(self.is_complete)

    def units(self, name: str) -> list[Path]:
        """Return the folders of the units that a receptor stores."""
        data = self.folder / ("data" if name == CONTROLLER else f"{name}/data") / name
        return list(data.iterdir()) if data.exists() else []

    def _start(self, name: str) -> None:
        folder = self.folder / name
        with (folder / "log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [str(receptor()), "--config", str(folder / "receptor.conf")], stdout=log, stderr=log
            )

    def is_complete(self) -> bool:
        """Return whether the controller reaches all nodes."""
        control = ReceptorControl(str(self._socket))
        with contextlib.suppress(OSError, ValueError, RuntimeError), contextlib.closing(control):
            routes = control.simple_command("status")["RoutingTable"] or {}
            return set(self._names) <= set(routes)
        return False


class ReceptorFleet(LocalFleet):
    """A fleet that is converged through a mesh.

    Attributes:
        mesh: the file that lists the nodes, a copy of its own.
    """

    def __init__(self, folder: Path, nodes: LocalReceptor, converge: str, count: int) -> None:
        super().__init__(folder, [], converge, count)
        self.mesh = folder / "mesh.yml"
        self.mesh.write_text(nodes.mesh.read_text())

    def on_mesh(self, *arguments: str, **environment: str) -> Finished:
        return self.run("--mesh", str(self.mesh), *arguments, environment=environment)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a run on the mesh."""
        return started(self, *self.command("--mesh", str(self.mesh), *arguments))


@contextlib.contextmanager
def local_receptor(names: Sequence[str]) -> Iterator[LocalReceptor]:
    """Start a mesh in the block."""
    folder = Path(tempfile.mkdtemp(prefix="vigo-mesh-"))  # The names of sockets must be short.
    mesh = LocalReceptor(folder, names)
    try:
        mesh.start()
        yield mesh
    finally:
        mesh.stop()
        shutil.rmtree(folder)


def _tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for each in found:
        found += children(each)
    return found


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
