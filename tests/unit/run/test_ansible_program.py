# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's programs, as we start them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from vigo_bridge.run.ansible_program import command


@pytest.mark.parametrize("name", ["inventory", "playbook"])
def test_it_is_the_program_of_that_name(name: str, tmp_path: Path) -> None:
    for module in ("ansible", "json"):  # What lies in the folder is none of its modules.
        (tmp_path / f"{module}.py").write_text("raise ImportError('not this one')")
    finished = subprocess.run(
        command(name, "--version"), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert finished.stdout.startswith(f"ansible-{name} [core 2.")


def test_its_exit_status_is_ansibles() -> None:
    finished = subprocess.run(
        command("playbook", "nowhere.yml"), capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1
    assert "nowhere.yml could not be found" in finished.stderr
