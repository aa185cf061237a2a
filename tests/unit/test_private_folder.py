# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders in memory of killed runs are removed by the next run, and nothing else is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from vigo_bridge import private_folder as module
from vigo_bridge.private_folder import private_folder, temporary_folder

USE = """
import subprocess, sys
from pathlib import Path
from vigo_bridge.private_folder import temporary_folder
with temporary_folder(Path(sys.argv[1])) as folder:
    (folder / "secret").write_text("hunter22")
    command = subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
    print(folder, command.pid, sep="\\n", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "_SHARED_MEMORY", tmp_path)
    return tmp_path


def use(parent: Path) -> tuple[subprocess.Popen[str], Path, int]:
    """Return a run with its folder, and a command of it that outlives a killed run."""
    process = subprocess.Popen(
        [sys.executable, "-c", USE, str(parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip()), int(process.stdout.readline())


def test_what_a_killed_run_left_is_removed_and_what_is_in_use_stays(memory: Path) -> None:
    killed, left, child = use(memory)
    running, used, other_child = use(memory)
    try:
        killed.kill()
        killed.wait()
        assert (left / "secret").exists()
        with private_folder() as own:
            assert set(memory.iterdir()) == {used, own}
            assert (used / "secret").exists()
    finally:
        running.communicate()
        os.kill(child, signal.SIGKILL)
        os.kill(other_child, signal.SIGKILL)
    assert list(memory.iterdir()) == []


def folder_of_another_user(path: Path) -> None:
    path.mkdir()
    os.chown(path, 65534, 65534)


@pytest.mark.parametrize(
    "make",
    [
        Path.touch,
        os.mkfifo,
        lambda path: path.symlink_to("/etc"),
        lambda path: path.symlink_to("other"),
        pytest.param(
            folder_of_another_user,
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away"),
        ),
    ],
    ids=["file", "FIFO", "link", "link to a folder of ours", "another user's"],
)
def test_what_is_not_a_folder_of_ours_stays(memory: Path, make: Callable[[Path], object]) -> None:
    (memory / "other").mkdir()
    (memory / "other/file").touch()
    make(memory / "vigo-bridge-run-x")
    (memory / "vigo-bridge-abcdefgh").mkdir()
    before = sorted(memory.rglob("*"))
    with private_folder():
        pass
    assert sorted(memory.rglob("*")) == before


def test_many_at_once(memory: Path) -> None:
    """None takes away what another one has just made."""
    failures = []

    def use_often() -> None:
        for _ in range(100):
            with temporary_folder(memory) as folder:
                try:
                    (folder / "file").touch(exist_ok=False)
                except OSError as error:
                    failures.append(error)

    threads = [threading.Thread(target=use_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(memory.iterdir()) == []
