# SPDX-License-Identifier: GPL-3.0-or-later
"""What others use for the same job, each in a virtual environment of its own."""

from __future__ import annotations

import shutil
import sys
import venv
from pathlib import Path

from tests.testbed.common import TestbedError, cache_folder, run, say

_PACKAGES = ("ansible==12.*", "ansible-core==2.19.*", "docker", "requests")


def community_docker() -> Path:
    """The Python of an environment with Ansible's collection community.docker, made once.

    Raises:
        TestbedError: it cannot be installed.
    """
    folder = cache_folder() / "peer-ansible-12"
    python = folder / "bin" / "python"
    if not (folder / "bin" / "ansible-playbook").exists():
        say(f"installing {' '.join(_PACKAGES)} for {sys.executable} ...")
        venv.create(folder, with_pip=True)
        try:
            run([str(python), "-m", "pip", "install", "--quiet", *_PACKAGES])
        except TestbedError:
            shutil.rmtree(folder)
            raise
    return python
