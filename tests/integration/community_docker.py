# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks that use the collection community.docker, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest


def play_community_docker(playbook: str, folder: Path, **environment: str) -> str:
    """Run a playbook on this machine, and return what was printed. Skip the test without the
    collection.

    playbook: its text. folder: for files of the run.
    """
    python = _python()
    path = folder / "play.yml"
    path.write_text(playbook)
    words = [str(python.with_name("ansible-playbook")), "-i", "localhost,", "-c", "local"]
    finished = subprocess.run(
        [*words, "-e", f"ansible_python_interpreter={python}", str(path)],
        env={
            **os.environ,
            "ANSIBLE_HOME": str(folder),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_NOCOLOR": "1",
            "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def community_docker_options(module: str) -> dict[str, dict[str, Any]]:
    """Return the documentation of a module's options. Skip the test without the collection."""
    name = f"community.docker.{module}"
    words = [str(_python().with_name("ansible-doc")), "--json", name]
    printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    options: dict[str, dict[str, Any]] = json.loads(printed)[name]["doc"]["options"]
    return options


def _python() -> Path:
    from tests.testbed import TestbedError
    from tests.testbed.peers import community_docker

    try:
        return community_docker()
    except TestbedError as error:
        pytest.skip(f"community.docker cannot be installed here: {error}")
