# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Molecule as a user does, with the testbed's engine and images."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.testbed import Testbed
from tests.testbed.hostimage import host_image

ROOT = Path(__file__).parents[2]


def molecule(testbed: Testbed, folder: Path, scenario: str, scratch: Path) -> str:
    """Runs ``molecule test`` in a folder; gives what it printed. Raises AssertionError."""
    environment = {
        **os.environ,
        **testbed.test_engine().env,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "MOLECULE_IMAGE": host_image(testbed.test_engine(), "bookworm"),
        "MOLECULE_EPHEMERAL_DIRECTORY": str(scratch),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT),
        "ANSIBLE_NOCOLOR": "1",
    }
    finished = subprocess.run(
        ["molecule", "test", "--scenario-name", scenario],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert finished.returncode == 0, finished.stdout[-8000:]
    return finished.stdout
