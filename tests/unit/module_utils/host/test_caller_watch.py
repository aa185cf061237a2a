# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose caller has ended stops its command, and starts nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
CODE = """\
import sys
from ansible_collections.vigo.bridge.plugins.module_utils.converge import run
from ansible_collections.vigo.bridge.plugins.module_utils.host import caller_watch
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
caller_watch.end_with_caller()
folder = sys.argv[1]
run.converge({"state_dir": folder + "/state", "resources": [
    {"id": "c/long", "type": "exec", "command": f"echo $$ > {folder}/pid.new;"
     f" mv {folder}/pid.new {folder}/pid; sleep 300"},
    {"id": "c/next", "type": "file", "target_path": folder + "/next"},
]}, Target())
"""


def close_output(module: subprocess.Popen[bytes]) -> None:
    assert module.stdout is not None
    module.stdout.close()


def terminate(module: subprocess.Popen[bytes]) -> None:
    module.terminate()


def hang_up(module: subprocess.Popen[bytes]) -> None:
    module.send_signal(signal.SIGHUP)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize(
    ("leave", "status"),
    [(close_output, 128 + signal.SIGHUP), (hang_up, 128 + signal.SIGHUP),
     (terminate, 128 + signal.SIGTERM)],
)  # fmt: skip
def test_its_command_ends_with_it(
    tmp_path: Path, leave: Callable[[subprocess.Popen[bytes]], None], status: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CODE, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE
    ) as module:
        while not (tmp_path / "pid").exists():
            assert module.poll() is None
        leave(module)
        assert module.wait(300) == status
    # The process that adopts it may take a moment to collect it.
    deadline = time.monotonic() + 60
    while is_alive(int((tmp_path / "pid").read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not (tmp_path / "next").exists()
