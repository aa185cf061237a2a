# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's programs get the parsed metadata of its own collection from the folder of the user."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vigo_bridge.ansible.environment import ansible_environment
from vigo_bridge.ansible.parsed_metadata import VARIABLE
from vigo_bridge.ansible.program import command


def test_programs_use_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the file counts: Ansible does not parse the YAML again."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    environment = {**ansible_environment(), "ANSIBLE_PYTHON_INTERPRETER": sys.executable}
    play = "- hosts: all\n  gather_facts: false\n  tasks: [{NAME: }]\n"
    said = []
    for name in ("ping", "other"):
        (tmp_path / "site.yml").write_text(play.replace("NAME", name))
        run = command("playbook", "-i", "h1,", "-c", "local", str(tmp_path / "site.yml"))
        finished = subprocess.run(
            run, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
        )
        said.append((finished.returncode, finished.stdout + finished.stderr))
        (path,) = Path(environment[VARIABLE]).iterdir()
        content = json.loads(path.read_text())
        content["plugin_routing"]["modules"]["other"] = {"redirect": "ansible.builtin.ping"}
        path.write_text(json.dumps(content))
    assert [status for status, _ in said] == [0, 0], said
