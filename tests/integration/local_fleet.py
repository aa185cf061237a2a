# SPDX-License-Identifier: GPL-3.0-or-later
"""Many hosts on this machine: each a local connection with a shell that knows which host it is."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.integration.program import Finished, vigo_bridge

STACK = {
    "envoys.vgo": 'envoys:\n  - match: "*"\n    configcrates: [site]\n',
    "configcrates/site.vgo": """\
name: site
vars:
  fate: good
resources:
  - name: go
    type: exec
    command: |
      echo converge >> HERE/$ME.log
      CONVERGE
""",
}

#: What the fates of the rollout model do when a host is converged, and when it is checked.
CONVERGE = "test $FATE != failing"
CHECK = """\
echo check >> HERE/$ME.log
case $FATE in
good) true ;;
slow) test $(grep -c check HERE/$ME.log) -ge 2 ;;
*) echo "not well: $ME"; false ;;
esac
"""


class LocalFleet:
    """Hosts h1, h2, ..., a stack for them, and the events on each.

    Attributes:
        folder: holds everything, also what the hosts write: HERE in commands.
    """

    def __init__(
        self, folder: Path, fates: Sequence[str], converge: str = CONVERGE, count: int = 0
    ) -> None:
        """Prepare a fleet. count: the number of hosts, all of them good, if no fates are given."""
        self.folder = folder
        self.fates = {
            f"h{number}": fate for number, fate in enumerate(fates or ["good"] * count, start=1)
        }
        self.stack = folder / "stack"
        self._write(
            {name: text.replace("CONVERGE", converge) for name, text in STACK.items()}, self.stack
        )
        self.inventory = folder / "hosts.ini"
        self.inventory.write_text("".join(self._line(host) for host in self.fates))

    def __call__(
        self,
        *arguments: str | Path,
        environment: Mapping[str, str] | None = None,
        prefix: Sequence[str] = (),
    ) -> Finished:
        """Run the program, its state in the folder. HERE stands for the folder.

        prefix: a command that runs it.
        """
        here = [str(argument).replace("HERE", str(self.folder)) for argument in arguments]
        return vigo_bridge(
            *here, environment={**self.environment, **(environment or {})}, prefix=prefix
        )

    def run(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Finished:
        return self(*self.command(*arguments), environment=environment)

    def command(self, *arguments: str) -> list[str]:
        """Return the arguments of `run` on all hosts, with a JSON document as its output."""
        return [
            *("run", "--stacks", str(self.stack), "-i", str(self.inventory), "-o", "json"),
            *(argument.replace("HERE", str(self.folder)) for argument in arguments),
        ]

    @property
    def environment(self) -> dict[str, str]:
        return {"XDG_STATE_HOME": str(self.folder / "state")}

    def seen(self) -> dict[str, list[str]]:
        """Return the events of each host."""
        logs = {host: self.folder / f"{host}.log" for host in self.fates}
        return {host: log.read_text().split() if log.exists() else [] for host, log in logs.items()}

    def forget(self) -> None:
        for host in self.fates:
            (self.folder / f"{host}.log").unlink(missing_ok=True)

    def change_fate(self, host: str, fate: str) -> None:
        self.fates[host] = fate
        self.inventory.write_text("".join(self._line(host) for host in self.fates))

    def _line(self, host: str) -> str:
        fate = self.fates[host]
        if fate == "unreachable":
            return f"{host} ansible_connection=ssh ansible_host=127.0.0.1 ansible_port=1\n"
        shell = self.folder / "bin" / host
        shell.parent.mkdir(exist_ok=True)
        shell.write_text(f'#!/bin/sh\nME={host} FATE={fate} exec /bin/sh "$@"\n')
        shell.chmod(0o755)
        state = self.folder / "hosts" / host
        return (
            f"{host} ansible_connection=local ansible_shell_executable={shell}"
            f" ansible_python_interpreter={sys.executable} vigo_state_dir={state}\n"
        )

    def _write(self, files: Mapping[str, str], folder: Path) -> None:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("HERE", str(self.folder)))
