# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Ansible's own programs as a user does, with the collection and without ``vigo-bridge``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.integration.program import Finished

#: The Python of the targets that are this machine; `make matrix` tries others than ours.
TARGET_PYTHON = os.environ.get("VIGO_BRIDGE_TEST_TARGET_PYTHON", sys.executable)


def ansible(
    program: str, *arguments: str | Path, cwd: Path, environment: Mapping[str, str] | None = None
) -> Finished:
    """Run ``ansible-PROGRAM``, such as ``playbook``, in a folder; never raise for its exit
    status.
    """
    finished = subprocess.run(
        [sys.executable, "-m", "ansible", program, *map(str, arguments)],
        env={
            **os.environ,
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PYTHON_INTERPRETER": TARGET_PYTHON,
            **(environment or {}),
        },
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Finished(finished.returncode, finished.stdout, finished.stderr)
