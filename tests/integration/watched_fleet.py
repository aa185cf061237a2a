# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet on this machine, and a watcher of it whose turns the test asks for."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.integration.local_fleet import LocalFleet
from tests.integration.test_interrupt import Running

#: Each host has a page of its own, and something that fails while HERE/NAME/broken exists.
SITE = """\
name: site
vars: {me: unknown, text: hello}
resources:
  - name: page
    type: file
    target_path: HERE/{{ .Vars.me }}/page
    content: "{{ .Vars.text }}\\n"
  - name: works
    type: exec
    command: "! test -e HERE/$ME/broken"
    onlyif: test -e HERE/$ME/broken
"""


class WatchedFleet(LocalFleet):
    """Hosts h1, h2, ... whose page is HERE/NAME/page."""

    def __init__(self, folder: Path, count: int, site: str = SITE) -> None:
        super().__init__(folder, [], count=count)
        self.crate = self.stack / "configcrates" / "site.vgo"
        self.write_site(site)
        for host in self.fates:
            (folder / host).mkdir()

    @property
    def state(self) -> Path:
        """The controller's state folder."""
        return self.folder / "state" / "vigo-bridge" / "controller"

    def write_site(self, site: str) -> None:
        self.crate.write_text(site.replace("HERE", str(self.folder)))

    def page(self, host: str) -> Path:
        return self.folder / host / "page"

    def watch(self, *arguments: str, every: str = "10h") -> Watching:
        """Start a watcher that prints JSON."""
        return Watching(self, [*arguments, "--every", every])

    def watch_command(self, *arguments: str) -> list[str]:
        return [
            *(sys.executable, "-m", "vigo_bridge", "watch", "--stacks", str(self.stack)),
            *("-i", str(self.inventory), "-o", "json", *arguments),
        ]

    def _line(self, host: str) -> str:
        return f"{super()._line(host).strip()} me={host}\n"


class Watching(Running):
    """A watcher while it runs."""

    def __init__(self, fleet: WatchedFleet, arguments: Sequence[str]) -> None:
        environment = {**os.environ, **fleet.environment}
        super().__init__(fleet.watch_command(*arguments), environment)
        self._lines = b""

    def turn(self, *, ask: bool = True) -> dict[str, Any]:
        """Return the document of the next turn. ask: for a turn now."""
        if ask:
            os.kill(self.process.pid, signal.SIGUSR1)
        assert self.process.stdout is not None
        file = self.process.stdout.fileno()
        deadline = time.monotonic() + 120
        while b"\n" not in self._lines:
            assert time.monotonic() < deadline, self.told()
            if select.select([file], [], [], 1)[0]:
                chunk = os.read(file, 65536)
                assert chunk, self.told()
                self._lines += chunk
        line, _, self._lines = self._lines.partition(b"\n")
        document = json.loads(line)
        assert isinstance(document, dict)
        return document

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; return the exit status."""
        self.process.send_signal(number)
        self.end()
        assert "Traceback" not in self.told()
        return self.process.returncode


def states(document: dict[str, Any]) -> str:
    """Return the state of each host in a turn's document, such as `h1 converged none`."""
    hosts = document["fleet"]["hosts"]
    return ", ".join(
        f"{name} {host['condition']} {host['drift']}{' gone' * bool(host['unreachable_since'])}"
        for name, host in hosts.items()
    )


def news(document: dict[str, Any]) -> str:
    """Return what a turn tells people: problems, and hosts with their resources."""
    told = []
    for change in document["changes"]:
        if not change["is_news"]:
            continue
        if "problem" in change:
            told.append(f"{change['problem']} {'solved' if change['after'] is None else 'problem'}")
        else:
            told.append(" ".join([change["host"], *(one["id"] for one in change["resources"])]))
    return ", ".join(told)
