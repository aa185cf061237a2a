# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes of a mesh that are processes of this machine, for a fleet of local hosts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.integration.local_fleet import LocalFleet
from tests.integration.program import Finished


class MeshFleet(LocalFleet):
    """A fleet with nodes. Each node is a command that starts the real worker.

    Attributes:
        mesh: the file that lists them.
    """

    def __init__(
        self, folder: Path, converge: str, count: int, nodes: Sequence[str] = ("n1", "n2")
    ) -> None:
        super().__init__(folder, [], converge, count)
        self.mesh = write_mesh(folder, nodes)

    def node(self, name: str) -> str:
        """Return the command that starts the worker of a node."""
        return _worker(self.folder, name)

    def on_mesh(self, *arguments: str) -> Finished:
        return self.run("--mesh", str(self.mesh), *arguments)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a run on the mesh."""
        return started(self, *self.command("--mesh", str(self.mesh), *arguments))

    def kill(self, name: str) -> None:
        """Kill a node's worker; what it started ends as after the loss of a machine's power."""
        with suppress(ProcessLookupError):
            os.kill(self.processes(name)[-1], signal.SIGKILL)

    def processes(self, name: str) -> list[int]:
        """Return the IDs of all workers of a node, the latest last."""
        return processes(self.folder, name)


def write_mesh(folder: Path, nodes: Sequence[str] = ("n1", "n2")) -> Path:
    """Write the file that lists nodes, and what their commands need; return its path."""
    lines = [f"  {name}: {{via: ssh, command: {_worker(folder, name)}}}\n" for name in nodes]
    mesh = folder / "mesh.yml"
    mesh.write_text("".join(["nodes:\n", *lines]))
    return mesh


def _worker(folder: Path, name: str) -> str:
    return f"{write_python(folder, name)} -m vigo_bridge mesh worker"


def write_python(folder: Path, name: str) -> Path:
    """Write the Python of a node, a script that notes its process ID; return its path."""
    script = folder / f"node-{name}"
    script.write_text(f'#!/bin/sh\necho $$ >> {folder / name}.pids\nexec {sys.executable} "$@"\n')
    script.chmod(0o755)
    return script


def processes(folder: Path, name: str) -> list[int]:
    """Return the IDs of all workers that the Python of a node has run, the latest last."""
    pids = folder / f"{name}.pids"
    return list(map(int, pids.read_text().split())) if pids.exists() else []


def started(fleet: LocalFleet, *arguments: str) -> subprocess.Popen[str]:
    """Start the program, its state in the folder of the fleet."""
    return subprocess.Popen(
        [sys.executable, "-m", "vigo_bridge", *arguments],
        env={**os.environ, **fleet.environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str]) -> Finished:
    """Return a started run when it has ended."""
    out, err = process.communicate(timeout=300)
    assert "Traceback" not in err, err
    return Finished(process.returncode, out, err)


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until a condition is true."""
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)
