# SPDX-License-Identifier: GPL-3.0-or-later
"""What others use for the same job, each in a virtual environment of its own."""

from __future__ import annotations

import shutil
import sys
import venv
from pathlib import Path

from tests.testbed.common import TestbedError, cache_folder, run, say

_ANSIBLE = ("ansible==12.*", "ansible-core==2.19.*", "docker", "requests")
_PYINFRA = ("pyinfra==3.10.0",)


def community_docker() -> Path:
    """Return the Python of an environment with Ansible's collection community.docker, created once.

    Raises:
        TestbedError: it cannot be installed.
    """
    return _environment("peer-ansible-12", _ANSIBLE, "ansible-playbook")


def pyinfra() -> Path:
    """Return the Python of an environment with pyinfra, created once.

    Raises:
        TestbedError: it cannot be installed.
    """
    return _environment("peer-pyinfra-3.10.0", _PYINFRA, "pyinfra")


def _environment(name: str, packages: tuple[str, ...], program: str) -> Path:
    """Return an environment, created once. program: exists once the packages do."""
    folder = cache_folder() / name
    python = folder / "bin" / "python"
    if not (folder / "bin" / program).exists():
        say(f"installing {' '.join(packages)} for {sys.executable} ...")
        venv.create(folder, with_pip=True)
        try:
            run([str(python), "-m", "pip", "install", "--quiet", *packages])
        except TestbedError:
            shutil.rmtree(folder)
            raise
    return python
