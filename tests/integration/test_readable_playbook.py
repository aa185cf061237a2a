# SPDX-License-Identifier: GPL-3.0-or-later
"""What an ordinary ansible-playbook run prints of converge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import ansible_runner
import pytest

pytestmark = pytest.mark.integration


def write(folder: Path, content: str, exit_code: int, **task: object) -> None:
    """Write a playbook with one task, which applies four resources."""
    resources = [
        {"id": "web/config", "type": "file", "target_path": f"{folder}/it", "content": content},
        {"id": "web/same", "type": "file", "target_path": f"{folder}/same"},
        {"id": "web/apply", "type": "exec", "command": f"seq 1 20; exit {exit_code}"},
        {"id": "web/after", "type": "exec", "command": "true", "depends_on": "apply"},
    ]
    (folder / "same").touch()
    arguments = {"resources": resources, "state_dir": f"{folder}/state"}
    play = {"hosts": "web1", "gather_facts": False, "connection": "local"}
    tasks = [{"name": "Converge", "vigo.bridge.converge": arguments, **task}]
    (folder / "play.json").write_text(json.dumps([{**play, "tasks": tasks}]))


def play(folder: Path, content: str, exit_code: int, **task: object) -> str:
    write(folder, content, exit_code, **task)
    finished = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", "--diff", "-i", "web1,", "play.json"],
        cwd=folder,
        env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PYTHON_INTERPRETER": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == (2 if exit_code else 0), finished.stdout + finished.stderr
    return finished.stdout


def test_a_line_for_each_change_and_the_diffs(tmp_path: Path) -> None:
    (tmp_path / "it").write_text("1\n")
    printed = play(tmp_path, "2\n", 0)
    lines = printed.splitlines()
    assert "  updated: [web1] web/config (content changed)" in lines
    assert "  ran: [web1] web/apply (it has no guard)" in lines
    assert f"--- before: web/config {tmp_path}/it" in lines
    assert "-1" in lines
    assert "+2" in lines
    assert "changed: [web1]" in lines
    assert "web/same" not in printed


def test_a_failure_shows_its_log_and_what_it_held_back(tmp_path: Path) -> None:
    printed = play(tmp_path, "1\n", 3)
    lines = printed.splitlines()
    start = lines.index(
        "  failed: [web1] web/apply (the command failed with exit code 3 (accepted: 0); see its"
        " output, or accept it with `returns`)"
    )
    assert lines[start + 1 : start + 11] == [f"      {number}" for number in range(11, 21)]
    assert lines[start + 11] == "  skipped: [web1] web/after (web/apply failed)"
    (fatal,) = [line for line in lines if line.startswith("fatal:")]
    assert "web/config" not in fatal
    assert '"log": "11\\n12' in fatal


def test_the_lines_are_events_of_ansible_runner_too(tmp_path: Path) -> None:
    write(tmp_path, "1\n", 0)
    (tmp_path / "it").write_text("1\n")
    run = ansible_runner.run(
        private_data_dir=str(tmp_path),
        project_dir=str(tmp_path),
        playbook="play.json",
        inventory="web1\n",
        envvars={
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        quiet=True,
    )
    told = [event["stdout"] for event in run.events if event["event"] == "verbose"]
    assert told == [f"  ran: [web1] web/{name} (it has no guard)" for name in ("apply", "after")]


def test_no_log_is_kept(tmp_path: Path) -> None:
    assert "web/config" not in play(tmp_path, "1\n", 0, no_log=True)
