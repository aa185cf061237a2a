# SPDX-License-Identifier: GPL-3.0-or-later
"""A canary: the rollout waits after its first batch until somebody confirms the next one."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_fleet import LocalFleet
from tests.integration.test_interrupt import Running

CANARY = ("--batch-size", "1,50%", "--pause-after", "1", "--confirm")
WAITING = "waiting for a confirmation of batch 2 of 3 (h2, h3)"


def start(fleet: LocalFleet, *options: str) -> Running:
    """Start a canary, and return when it waits."""
    command = [sys.executable, "-m", "vigo_bridge", *fleet.command(*CANARY, *options)]
    running = Running(command, {**os.environ, **fleet.environment})
    running.await_text(WAITING)
    return running


def statuses(document: Any) -> list[str]:
    return [envoy["status"] for envoy in document["envoys"].values()]


def test_continue(tmp_path: Path) -> None:
    fleet = LocalFleet(tmp_path, [], "true", count=4)
    canary = start(fleet)
    assert "`vigo-bridge rollout abort 1`" in canary.told()
    (question,) = fleet("rollout", "list", "-o", "json").document
    since = question.pop("since")
    assert question == {
        "number": 1,
        "command": "run",
        "of": str(fleet.stack),
        "next_batch": 2,
        "batches": 3,
        "hosts": ["h2", "h3"],
    }
    assert since.startswith("20")
    said = fleet("rollout", "continue")
    assert said.out == "rollout 1 continues with batch 2 of 3\n"
    document = json.loads(canary.end())
    assert canary.process.returncode == 0, canary.told()
    assert statuses(document) == ["changed"] * 4


@pytest.mark.sweep
def test_abort(tmp_path: Path) -> None:
    fleet = LocalFleet(tmp_path, [], "true", count=4)
    canary = start(fleet)
    (record,) = fleet("history", "-o", "json").document
    assert (record["status"], record["finished"]) == ("waiting", 1)
    assert fleet("rollout", "abort", "1").status == 0
    document = json.loads(canary.end())
    assert canary.process.returncode == 4, canary.told()
    assert document["status"] == "aborted"
    assert document["stopped"] == "the next batch was not confirmed"
    assert statuses(document) == ["changed"] + ["untouched"] * 3
    late = fleet("rollout", "continue", "1")
    assert (late.status, late.out) == (1, "")
    assert "rollout 1 is not waiting for confirmation" in late.err


@pytest.mark.sweep
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_while_it_waits(tmp_path: Path, number: signal.Signals) -> None:
    fleet = LocalFleet(tmp_path, [], "true", count=4)
    canary = start(fleet)
    os.kill(canary.process.pid, number)
    document = json.loads(canary.end())
    assert canary.process.returncode == 130, canary.told()
    assert document["status"] == "interrupted"
    assert statuses(document) == ["changed"] + ["untouched"] * 3
    assert list((tmp_path / "state/vigo-bridge/controller/waiting").iterdir()) == []


@pytest.mark.sweep
@pytest.mark.parametrize(("typed", "status"), [(b"yes\n", 0), (b"no\n", 4)])
def test_asked_on_the_terminal(tmp_path: Path, typed: bytes, status: int) -> None:
    fleet = LocalFleet(tmp_path, [], "true", count=2)
    ours, its = pty.openpty()
    program = subprocess.Popen(
        ["setsid", "--ctty", "--wait", sys.executable, "-m", "vigo_bridge",
         *fleet.command("--batch-size", "1", "--confirm")],
        env={**os.environ, **fleet.environment, "TERM": "xterm"},
        stdin=its, stdout=subprocess.PIPE, stderr=its,
    )  # fmt: skip
    os.close(its)
    shown = b""
    deadline = time.monotonic() + 60
    while b"type yes or no" not in shown:
        assert time.monotonic() < deadline, shown
        if select.select([ours], [], [], 0.1)[0]:
            shown += os.read(ours, 4096)
    os.write(ours, typed)
    assert program.stdout is not None
    document = json.loads(program.stdout.read())
    os.close(ours)
    assert program.wait(60) == status
    assert len(statuses(document)) == 2
