# SPDX-License-Identifier: GPL-3.0-or-later
"""An interrupted run reports this, leaves nothing behind, and the next one continues."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.local_fleet import LocalFleet
from tests.integration.test_bad_input import ENVOYS, HOST, ROLES

SITE = """\
name: site
resources:
  - name: before
    type: file
    target_path: HERE/before
  - name: long
    type: exec
    command: "echo $$ > HERE/pid; sleep 300; : HERE"
    creates: HERE/enough
    depends_on: before
"""


def test_interrupted_twice_it_ends_at_once(tmp_path: Path) -> None:
    stack = tmp_path / f"interrupted-{os.getpid()}"
    (stack / "configcrates").mkdir(parents=True)
    (stack / "envoys.vgo").write_text(ENVOYS)
    (stack / "roles.vgo").write_text(ROLES)
    (stack / "configcrates" / "site.vgo").write_text(SITE.replace("HERE", str(tmp_path)))
    command = [sys.executable, "-m", "vigo_bridge", "run", "--stacks", str(stack),
               "--local", "--as", HOST, "-o", "json"]  # fmt: skip
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    running = Running(command, environment)

    running.wait_for(tmp_path / "pid")
    running.signal(signal.SIGINT, "finishing the current batch")
    assert running.process.poll() is None
    running.signal(signal.SIGTERM, "Stopping immediately")
    out = running.end()

    assert running.process.returncode == 130, running.told()
    document = json.loads(out)
    assert document["status"] == "interrupted"
    assert document["envoys"][HOST]["status"] == "interrupted"
    assert (tmp_path / "before").exists()
    assert processes_with(str(tmp_path)) == []

    (tmp_path / "enough").touch()
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout


#: Takes until the file `go` is there; h1 first says that it is begun.
WAIT = "touch HERE/begun-$ME; until test -e HERE/go; do sleep 0.1; done"


def test_interrupted_once_the_batch_finishes_and_the_rest_can_be_resumed(tmp_path: Path) -> None:
    fleet = LocalFleet(tmp_path, [], WAIT, count=3)
    running = start(fleet, "--batch-size", "1")
    running.wait_for(tmp_path / "begun-h1")
    second = fleet.run()
    assert second.status == 1
    assert f"process {running.process.pid}, since 20" in second.err
    assert "Nothing was changed." in second.err
    running.signal(signal.SIGINT, "finishing the current batch")
    (tmp_path / "go").touch()
    document = json.loads(running.end())

    assert running.process.returncode == 130, running.told()
    assert document["status"] == "interrupted"
    statuses = {host: envoy["status"] for host, envoy in document["envoys"].items()}
    assert statuses == {"h1": "changed", "h2": "untouched", "h3": "untouched"}

    resumed = fleet.run("--resume", "--batch-size", "2")
    assert resumed.status == 0, resumed.err
    assert "1 of 3 hosts done" in resumed.err
    assert [batch["hosts"] for batch in resumed.document["batches"]] == [["h2", "h3"]]
    assert resumed.document["envoys"]["h1"]["status"] == "converged"
    assert fleet.seen() == {host: ["converge"] for host in fleet.fates}

    nothing = fleet.run("--resume", "--limit", "h1")
    assert "nothing to resume" in nothing.err
    assert fleet.seen()["h1"] == ["converge"] * 2


def test_a_killed_controller_leaves_a_rollout_that_can_be_resumed(tmp_path: Path) -> None:
    slow = "touch HERE/begun-$ME; test $ME != h2 || test -e HERE/go || sleep 300"
    fleet = LocalFleet(tmp_path, [], slow, count=3)
    running = start(fleet, "--batch-size", "1")
    running.wait_for(tmp_path / "begun-h2")
    running.process.kill()
    running.process.communicate()
    await_no_process_with(str(tmp_path))

    (tmp_path / "go").touch()
    resumed = fleet.run("--resume", "--batch-size", "1")
    assert resumed.status == 0, resumed.err
    assert fleet.seen() == {"h1": ["converge"], "h2": ["converge"] * 2, "h3": ["converge"]}


@pytest.mark.sweep
def test_after_a_change_of_the_stack_nobody_is_skipped(tmp_path: Path) -> None:
    fleet = LocalFleet(tmp_path, ["good", "failing", "good"])
    assert fleet.run("--batch-size", "1").status == 4
    fleet.change_fate("h2", "good")
    site = fleet.stack / "configcrates" / "site.vgo"
    site.write_text(site.read_text() + "# changed\n")
    resumed = fleet.run("--resume")
    assert resumed.status == 0
    assert "starting from the first host" in resumed.err
    assert fleet.seen()["h1"] == ["converge"] * 2


def start(fleet: LocalFleet, *arguments: str) -> Running:
    command = [sys.executable, "-m", "vigo_bridge", *fleet.command(*arguments)]
    return Running(command, {**os.environ, **fleet.environment})


class Running:
    """The program while it runs, in a session of its own as on a terminal."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._told = tempfile.TemporaryFile("w+")  # noqa: SIM115 - as long as the process
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=self._told,
            text=True,
            start_new_session=True,
        )

    def wait_for(self, path: Path) -> None:
        self._wait(lambda: path.exists() and (path.stat().st_size > 0 or "begun" in path.name))

    def await_text(self, told: str) -> None:
        """Wait until the program says something."""
        self._wait(lambda: told in self.told())

    def await_process(self, text: str) -> None:
        """Wait until a process has this text in its command line."""
        self._wait(lambda: processes_with(text) != [])

    def signal(self, number: signal.Signals, told: str) -> None:
        """Send a signal to the whole process group, as a terminal does, and wait for the
        program's message.
        """
        os.killpg(self.process.pid, number)
        self._wait(lambda: told in self.told())

    def told(self) -> str:
        self._told.seek(0)
        return self._told.read()

    def end(self) -> str:
        """Return its output."""
        return self.process.communicate(timeout=120)[0]

    def _wait(self, happened: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 120
        while not happened():
            assert time.monotonic() < deadline, self.told()
            assert self.process.poll() is None or happened(), self.told()
            time.sleep(0.05)


def await_no_process_with(text: str) -> None:
    deadline = time.monotonic() + 60
    while found := processes_with(text):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def processes_with(text: str) -> list[str]:
    """Return the command lines of running processes that contain a text, except our own."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and entry.parent.name != str(os.getpid()):
            found.append(line)
    return found
