# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tools use on the controller: a folder, the logins of hosts, and settings of SSH."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.testbed import Host

#: Connections that a warm-up has opened must still be open in the last round.
_SSH = "-C -o ControlMaster=auto -o ControlPersist=60m"
#: The most hosts at a time: more of them would need much memory, and save little time.
_AT_ONCE = 50
#: A call that takes longer than this has failed; in seconds.
_PATIENCE = 1200


class BenchmarkError(Exception):
    """An invalid measurement; the message gives the reason."""


@dataclass(frozen=True)
class Call:
    """A command that is run in a folder. environment: all of its environment variables."""

    command: tuple[str, ...]
    folder: Path
    environment: Mapping[str, str]

    def prefixed(self, *command: str) -> Call:
        """Return the same call, run by another command."""
        return replace(self, command=(*command, *self.command))

    def seconds(self) -> float:
        """Run it, and return its wall-clock time.

        Raises:
            BenchmarkError: it failed; the message has the end of what it printed.
        """
        output = self.folder / "output.txt"
        with output.open("w") as stream:
            start = time.perf_counter()
            finished = subprocess.run(
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                timeout=_PATIENCE,
                check=False,
            )
            seconds = time.perf_counter() - start
        if finished.returncode != 0:
            end = output.read_text(errors="replace")[-3000:]
            raise BenchmarkError(
                f"{' '.join(self.command)} ended with {finished.returncode}:\n{end}"
            )
        return seconds


@dataclass(frozen=True)
class Controller:
    """The files of a measurement. folder: has a folder for each tool; its path is short, because
    the path of a socket must be short.
    """

    folder: Path

    def place(self, tool: str) -> Path:
        """Return an empty folder for a tool's input."""
        place = self.folder / tool
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return place

    def inventory(self, hosts: Sequence[Host], place: Path) -> Path:
        """Return an inventory of Ansible in a tool's folder."""
        path = place / "hosts.ini"
        python = "ansible_python_interpreter=/usr/bin/python3"
        path.write_text("".join(f"{host.inventory_line()} {python}\n" for host in hosts))
        return path

    def ansible(self, hosts: Sequence[Host]) -> dict[str, str]:
        """Return the environment for Ansible and tools that call it: pipelining, connections that
        stay open, and as many forks as `forks` returns.
        """
        return {
            "ANSIBLE_FORKS": str(forks(hosts)),
            "ANSIBLE_PIPELINING": "true",
            "ANSIBLE_SSH_ARGS": _SSH,
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.folder / "ssh"),
            "ANSIBLE_HOST_KEY_CHECKING": "false",
            "ANSIBLE_HOME": str(self.folder / "home"),
            "XDG_STATE_HOME": str(self.folder / "state"),
        }

    def disconnect(self) -> None:
        """Close all connections that ssh keeps open."""
        for socket in (self.folder / "ssh").glob("*"):
            leave = ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "host"]
            subprocess.run(leave, capture_output=True, check=False)


def forks(hosts: Sequence[Host]) -> int:
    """Return how many hosts each tool contacts at the same time."""
    return min(len(hosts), _AT_ONCE)


@contextmanager
def controller() -> Iterator[Controller]:
    """Yield a controller; close connections and remove the folder at the end."""
    found = Controller(Path(tempfile.mkdtemp(prefix="bench-")))
    try:
        yield found
    finally:
        found.disconnect()
        shutil.rmtree(found.folder, ignore_errors=True)
