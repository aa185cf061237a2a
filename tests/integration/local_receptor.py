# SPDX-License-Identifier: GPL-3.0-or-later
"""A Receptor mesh whose nodes are processes of this machine, for a fleet of local hosts."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.integration.free_ports import free_port
from tests.integration.local_fleet import LocalFleet
from tests.integration.mesh_fleet import started, write_python
from tests.integration.program import Finished
from tests.testbed.receptor_controller import Controller, start_receptor
from tests.testbed.receptor_setup import CONTROLLER, TLS_CLIENT, node_entries, write
from vigo_bridge.run.processes import children


class LocalReceptor(Controller):
    """A controller and nodes, with the certificates and configurations of the documentation.

    Attributes:
        mesh: the file that lists the nodes.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        """Start the nodes."""
        ports = {name: free_port() for name in names}
        super().__init__(folder, {name: f"127.0.0.1:{port}" for name, port in ports.items()})
        self.mesh = folder / "mesh.yml"
        self._nodes: dict[str, subprocess.Popen[bytes]] = {}
        for name, port in ports.items():
            entries = node_entries(name, folder / name, port, str(write_python(folder, name)))
            write(entries, folder / name / "receptor.conf")
            self._nodes[name] = start_receptor(folder / name)
        way = f"via: receptor, socket: {self.socket}, tls_client: {TLS_CLIENT}, sign_work: true"
        nodes = "".join(f"  {name}: {{{way}}}\n" for name in names)
        self.mesh.write_text(f"secrets_socket: {self.secrets_socket}\nnodes:\n{nodes}")

    def stop_all(self) -> None:
        self.stop()
        for name in self._nodes:
            self.cut_power(name)

    def cut_power(self, name: str) -> None:
        """Kill a node with all that it has started, as the loss of its power does."""
        process = self._nodes[name]
        for pid in _tree(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Let nothing of a node run, in the block."""
        pids = _tree(self._nodes[name].pid)
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
        self._nodes[name] = start_receptor(self.folder / name)
        self.wait_for([name])

    def is_complete(self) -> bool:
        """Return whether the controller reaches all nodes."""
        return set(self.peers) <= self.routes()

    def process(self, name: str) -> int:
        """Return the ID of a node's receptor."""
        return self._nodes[name].pid

    def processes(self, name: str) -> list[int]:
        """Return all processes that a node has started."""
        return _tree(self._nodes[name].pid)[1:]

    def left(self) -> list[Path]:
        """Return the folders of the units that the receptors store."""
        nodes = (self.folder / name / "data" / name for name in self.peers)
        folders = (self.folder / "data" / CONTROLLER, *nodes)
        return [unit for folder in folders if folder.exists() for unit in folder.iterdir()]


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
        mesh.stop_all()
        shutil.rmtree(folder)


def _tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for each in found:
        found += children(each)
    return found
