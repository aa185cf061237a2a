# SPDX-License-Identifier: GPL-3.0-or-later
"""A mesh of Receptor: this machine as the controller, and nodes as containers on the base engine.

controller    a receptor of this machine, which connects to each node; its socket for submitting
              work, and the service through which nodes ask for secrets
node ...      a container with a receptor, and this clone of vigo-bridge, read-only
"""

from __future__ import annotations

import platform
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from docker.errors import NotFound
from docker.models.containers import Container

from tests.testbed.common import NAME, run, say, state_folder
from tests.testbed.engine import Engine
from tests.testbed.hostimage import host_image
from tests.testbed.network import flags, run_on_network
from tests.testbed.receptor_controller import Controller
from tests.testbed.receptor_setup import (
    ETC,
    PORT,
    node_entries,
    receptor,
    write,
)
from tests.testbed.sharing import owner_labels

_ROOT = Path(__file__).parents[2]
_START_SECONDS = 60
#: Where the system's own Python is.
_SYSTEM = Path("/usr")
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
        # types-docker has the wrong type here.
        return b"".join(cast("Iterator[bytes]", self._container.export()))

    def remove(self) -> None:
        """End the node and remove its disk."""
        with suppress(NotFound):
            self._container.remove(force=True, v=True)


class Mesh(Controller):
    """A mesh that was started.

    Attributes:
        nodes: by name.
    """

    def __init__(self, folder: Path, nodes: Sequence[Node]) -> None:
        """Write the certificates and configurations of all, which lets the nodes start."""
        super().__init__(folder, {node.name: f"{node.address}:{PORT}" for node in nodes})
        self.nodes = {node.name: node for node in nodes}
        for name in self.nodes:
            write(node_entries(name), folder / name / "receptor.conf")

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
    image = host_image(base, _suite())
    folder = Path(tempfile.mkdtemp(prefix="mesh-", dir=state_folder()))
    say(f"starting the mesh of {', '.join(names)} ...")
    nodes: list[Node] = []
    try:
        with ThreadPoolExecutor(4) as pool:
            starts = [pool.submit(_start, base, image, folder, name, shared) for name in names]
        for start in starts:
            nodes.append(start.result())
        mesh = Mesh(folder, nodes)
        mesh.start()
    except BaseException:
        for node in nodes:
            node.remove()
        raise
    return mesh


def _suite() -> str:
    """Return the release of Debian for the nodes: one that has the Python of the tests."""
    if Path(sys.base_prefix) != _SYSTEM:
        return "bookworm"
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "bookworm")


def _start(base: Engine, image: str, parent: Path, name: str, shared: Path | None) -> Node:
    folder = parent / name
    folder.mkdir()
    start = folder / "start"
    start.write_text(_ENTRY_POINT)
    start.chmod(0o755)
    shutil.copy(receptor(), folder)
    # A virtual environment is of use only together with the Python that it was made with. The
    # system's is in the image.
    read_only = dict.fromkeys((_ROOT, Path(sys.prefix), Path(sys.base_prefix)))
    read_only.pop(_SYSTEM, None)
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
