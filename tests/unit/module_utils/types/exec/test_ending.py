# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands in the background, and commands that do not end."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.behaviour import Exec
from tests.unit.module_utils.applying import apply

EXEC = Exec()


def test_a_list_in_the_background(tmp_path: Path) -> None:
    result = apply(EXEC, {"command": ["touch", f"{tmp_path}/a b"], "background": True})
    assert result.action == "ran"
    for _ in range(100):
        if (tmp_path / "a b").exists():
            return
        time.sleep(0.05)
    raise AssertionError("it did not run")


def test_a_command_in_the_background_outlives_us_and_is_nobodys_zombie(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        result = apply(EXEC, {"command": "sleep 60", "background": True})
        (tmp_path / "output").write_text(result.output or "")
        os._exit(0)
    os.waitpid(child, 0)
    started, _, pid = (tmp_path / "output").read_text().strip().rpartition(" ")
    assert started == "started in the background with pid"
    status = Path(f"/proc/{pid}/status").read_text()
    assert "PPid:\t" + str(os.getpid()) not in status
    assert "State:\tZ" not in status
    os.kill(int(pid), 9)


def test_a_timeout_ends_the_whole_group_also_who_ignores_it(tmp_path: Path) -> None:
    stubborn = "trap '' TERM; echo $$ >> pids; while :; do sleep 1; done"
    command = f'cd {tmp_path}; sh -c "{stubborn.replace("$", chr(92) + "$")}" & {stubborn}'
    result = apply(EXEC, {"command": command, "timeout": "1"})
    assert "did not finish within 1 s" in result.reason
    assert result.rc == -9
    pids = (tmp_path / "pids").read_text().split()
    assert len(pids) == 2
    assert not [pid for pid in pids if _is_alive(pid)]


def _is_alive(pid: str) -> bool:
    """Return whether a process lives. A killed one may wait for its new parent for a moment."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_a_process_that_not_even_a_kill_ends_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that waits for a network file system that is gone."""

    class Stuck(subprocess.Popen):  # type: ignore[type-arg]
        def wait(self, timeout: float | None = None) -> int:
            assert timeout is not None, "this would never end"
            raise subprocess.TimeoutExpired("sh", timeout)

        def poll(self) -> int | None:
            return None

    monkeypatch.setattr(subprocess, "Popen", Stuck)
    result = apply(Exec(), {"command": "sleep 60", "timeout": "100ms"})
    assert result.action == "failed"
    assert "did not finish within 0.1 s" in result.reason
