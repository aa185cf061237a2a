# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's private folder is for its owner alone, and gone afterwards however the run ends."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.canary import write_stack
from tests.integration.test_interrupt import Running
from vigo_bridge.private_folder import private_folder

CRATE = """\
name: waiting
resources:
  - name: long
    type: exec
    command: "cat > HERE/secret; echo $$ > HERE/pid; exec sleep 300"
    stdin: secret:folder/key
"""


def _interrupt(running: Running) -> None:
    running.signal(signal.SIGINT, "finishing the current batch")
    running.signal(signal.SIGINT, "Stopping immediately")


def _kill_ansible(running: Running) -> None:
    process = running.process.pid
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)


#: how the run ends -> its exit status
ENDS: dict[str, tuple[Callable[[Running], None], int]] = {
    "Ctrl-C, twice": (_interrupt, 130),
    "Ansible is killed": (_kill_ansible, 3),
}


MEMORY = Path("/dev/shm")


@contextlib.contextmanager
def _waiting(tmp_path: Path) -> Iterator[tuple[Running, Path]]:
    """Start a run that waits for a command, and yield it with its folder."""
    stack = write_stack(tmp_path / f"folder-{os.getpid()}", [CRATE], str(tmp_path))
    running = Running(
        [sys.executable, "-m", "vigo_bridge", "run", "--stacks", str(stack), "--local"],
        {
            **os.environ,
            "VIGO_SECRET_FOLDER_KEY": "hunter22",
            "XDG_STATE_HOME": str(tmp_path / "state"),
        },
    )
    pid = tmp_path / "pid"
    try:
        running.wait_for(pid)
        (folder,) = MEMORY.glob(f"vigo-bridge-run-{running.process.pid}-*")
        yield running, folder
    finally:
        running.process.kill()
        subprocess.run(["kill", pid.read_text().strip()], check=False, capture_output=True)


@pytest.mark.sweep
@pytest.mark.parametrize(("end", "status"), ENDS.values(), ids=ENDS)
def test_the_folder_is_gone(tmp_path: Path, end: Callable[[Running], None], status: int) -> None:
    with _waiting(tmp_path) as (running, folder):
        assert (tmp_path / "secret").read_text() == "hunter22"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        end(running)
        out = running.end()
    assert running.process.returncode == status, running.told()
    assert not folder.exists()
    assert "hunter22" not in out + running.told()


@pytest.mark.sweep
def test_the_next_run_removes_that_of_a_killed_one(tmp_path: Path) -> None:
    with _waiting(tmp_path) as (running, folder):
        running.process.kill()
        running.process.wait()
        assert folder.exists()
        with private_folder():
            assert not folder.exists()


def test_it_is_gone_after_an_error_and_stays_where_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ValueError, match="x"), private_folder() as folder:
        raise ValueError("x")
    assert not folder.exists()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with private_folder(keep=True) as folder:
        (folder / "file").touch()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.parent for path in tmp_path.rglob("file")] == [folder]
