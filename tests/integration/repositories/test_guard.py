# SPDX-License-Identifier: GPL-3.0-or-later
"""Git and all that it starts end with the watcher, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vigo_bridge.watch.sources.git.guard import guarded

#: Says that it has begun, and starts a child that also ignores signals, as a stuck connection may.
STUCK = "trap '' TERM; sleep 300 & echo $! >{folder}/child; echo $$ >{folder}/self; wait"
CALLER = """
import subprocess, sys
from vigo_bridge.watch.sources.git.guard import guarded
subprocess.run(guarded(["sh", "-c", sys.argv[1]]), start_new_session=True)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_caller_leaves_no_process(number: signal.Signals, tmp_path: Path) -> None:
    script = STUCK.format(folder=tmp_path)
    caller = subprocess.Popen([sys.executable, "-c", CALLER, script])
    wait_until(lambda: (tmp_path / "self").exists() and (tmp_path / "self").read_text() != "")
    processes = [int((tmp_path / name).read_text()) for name in ("self", "child")]
    assert all(map(lives, processes))
    caller.send_signal(number)
    caller.wait()
    wait_until(lambda: not any(map(lives, processes)))


@pytest.mark.parametrize(
    ("command", "status", "output"),
    [
        (["sh", "-c", "cat; exit 7"], 7, b"given"),
        (["sh", "-c", "kill -9 $$"], 137, b""),
        (["/nowhere/git"], 1, b"/nowhere/git: No such file or directory\n"),
    ],
)
def test_a_program_ends_as_without_it(command: list[str], status: int, output: bytes) -> None:
    finished = subprocess.run(
        guarded(command),
        input=b"given",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (status, output)


def test_nothing_is_started_if_the_caller_is_gone(tmp_path: Path) -> None:
    command = guarded(["touch", str(tmp_path / "begun")])
    command[command.index(str(os.getpid()))] = str(2**22 + 1)
    assert subprocess.run(command, start_new_session=True, check=False).returncode == 1
    assert not (tmp_path / "begun").exists()


def lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)
