# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is interrupted says so, leaves nothing behind, and the next one goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt(tmp_path: Path, number: signal.Signals) -> None:
    stack = tmp_path / f"interrupted-{os.getpid()}"
    (stack / "configcrates").mkdir(parents=True)
    (stack / "envoys.vgo").write_text(ENVOYS)
    (stack / "roles.vgo").write_text(ROLES)
    (stack / "configcrates" / "site.vgo").write_text(SITE.replace("HERE", str(tmp_path)))
    command = [sys.executable, "-m", "vigo_bridge", "run", "--stacks", str(stack),
               "--local", "--as", HOST, "-o", "json"]  # fmt: skip

    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    pid = tmp_path / "pid"
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if pid.exists() and pid.read_text():
            break
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    document = json.loads(out)
    assert document["status"] == "interrupted"
    assert document["envoys"][HOST]["status"] == "interrupted"
    assert (tmp_path / "before").exists()
    assert processes_with(str(tmp_path)) == []

    (tmp_path / "enough").touch()
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stdout


def processes_with(text: str) -> list[str]:
    """The command lines of running processes that name a text, our own aside."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and entry.parent.name != str(os.getpid()):
            found.append(line)
    return found
