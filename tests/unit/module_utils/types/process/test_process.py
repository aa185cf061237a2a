# SPDX-License-Identifier: GPL-3.0-or-later
"""The process resource, with real processes."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host.processes import running
from ansible_collections.vigo.bridge.plugins.module_utils.types.process.behaviour import (
    ProcessBehaviour,
)
from tests.unit.module_utils.applying import apply

PROCESS = ProcessBehaviour()
#: Says that it is there, and then ignores TERM.
STUBBORN = (
    "import signal,time;signal.signal(15, signal.SIG_IGN);print(1, flush=True);time.sleep(99)"
)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Path]:
    """Yield a program with a name of its own that sleeps. Those that still run are ended."""
    sleep = shutil.which("sleep")
    assert sleep
    path = tmp_path / f"slp{secrets.token_hex(4)}"
    shutil.copy(sleep, path)
    yield path
    for each in running():
        if path.name in each.names:
            os.kill(each.number, signal.SIGKILL)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Yield a function that starts programs, and end these after the test."""
    started = []

    def begin(*command: str | Path) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE))
        return started[-1]

    yield begin
    for each in started:
        each.kill()
        each.communicate()


def test_it_is_started_once(program: Path) -> None:
    attributes = {"process": program.name, "restart_method": f"{program} 99 >/dev/null 2>&1 &"}
    assert apply(PROCESS, attributes, check=True).action == "started"
    assert [apply(PROCESS, attributes).action for _ in range(2)] == ["started", "none"]
    assert apply(PROCESS, {"process": program.name, "state": "stopped"}).action == "stopped"
    assert apply(PROCESS, {"process": program.name, "state": "stopped"}).action == "none"


@pytest.mark.parametrize("mode", ["exact", "pattern"])
def test_all_that_match_are_stopped(
    program: Path, start: Callable[..., subprocess.Popen[bytes]], mode: str
) -> None:
    wanted = {"process": program.name, "state": "stopped", "match_mode": mode}
    processes = [start(program, "99") for _ in range(3)]
    assert apply(PROCESS, wanted, check=True).action == "stopped"
    assert [each.poll() for each in processes] == [None] * 3
    result = apply(PROCESS, wanted)
    assert result.action == "stopped"
    assert result.reason.startswith("3 processes run: ")
    assert [each.wait() for each in processes] == [-signal.SIGTERM] * 3


def test_what_does_not_end_is_killed(start: Callable[..., subprocess.Popen[bytes]]) -> None:
    mark = secrets.token_hex(8)
    process = start(sys.executable, "-c", STUBBORN, mark)
    assert process.stdout
    assert process.stdout.readline() == b"1\n"
    wanted = {"process": mark, "match_mode": "pattern", "state": "stopped", "kill_timeout": "0"}
    assert apply(PROCESS, wanted).action == "stopped"
    assert process.wait() == -signal.SIGKILL


def test_the_signal_is_sent(program: Path, start: Callable[..., subprocess.Popen[bytes]]) -> None:
    process = start(program, "99")
    wanted = {"process": program.name, "state": "stopped", "signal": "INT"}
    assert apply(PROCESS, wanted).action == "stopped"
    assert process.wait() == -signal.SIGINT


def test_what_starts_nothing_fails(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "ansible_collections.vigo.bridge.plugins.module_utils.types.process.behaviour"
    monkeypatch.setattr(f"{module}._SHOW_TIMEOUT", 0)
    failed = apply(PROCESS, {"process": program.name, "restart_method": "echo hello"})
    assert failed.action == "failed"
    assert failed.reason.startswith("restart_method finished, but no process runs, expected at")
    assert failed.error is not None
    assert failed.error["log"] == "hello\n"
    assert failed.rc == 0
    failed = apply(PROCESS, {"process": program.name, "restart_method": "echo no; exit 3"})
    assert failed.reason == "restart_method failed with exit code 3; correct the command"
    assert failed.rc == 3
    assert failed.error == {"message": failed.reason, "log": "no\n"}
    monkeypatch.setattr(f"{module}._START_TIMEOUT", 0.2)
    failed = apply(PROCESS, {"process": program.name, "restart_method": "echo slow; sleep 60"})
    assert failed.reason == (
        "restart_method did not finish within 0.2 s and was stopped; start the process in the"
        " background"
    )
    assert failed.rc == -signal.SIGTERM
    assert failed.error == {"message": failed.reason, "log": "slow\n"}


def test_this_call_and_what_started_it_are_never_matched() -> None:
    """An expression that matches everything matches all but these."""
    found = {each.number for each in PROCESS.observe(_everything(), None)}  # type: ignore[arg-type]
    assert found.isdisjoint({os.getpid(), os.getppid()})
    assert found


def test_stopping_everything_is_refused() -> None:
    refused = apply(PROCESS, {"process": "", "match_mode": "pattern", "state": "stopped"})
    assert refused.action == "failed"
    for anything in (".", "[a-z]", "s"):
        refused = apply(
            PROCESS, {"process": anything, "match_mode": "pattern", "state": "stopped"}, check=True
        )
        assert re.search(r"process matches .* \(pid 1\), which must not be stopped", refused.reason)


def test_secrets_are_not_shown(program: Path) -> None:
    command = f"echo the secret:shop/key; {program} 99 >/dev/null 2>&1 &"
    attributes = {"process": program.name, "restart_method": command}
    result = apply(PROCESS, attributes, secrets={"shop/key": "hush-hush"})
    assert result.action == "started"
    assert result.output is not None
    assert result.output.startswith("the ")
    assert "hush" not in result.output


def _everything() -> object:
    return PROCESS.parse({"process": ".", "match_mode": "pattern"})
