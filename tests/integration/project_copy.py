# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the project, to which a test adds what the project does not have."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.integration.program import Finished, vigo_bridge

ROOT = Path(__file__).parents[2]
COPIED = ("vigo_bridge", "ansible_collections", "docs/site")


class ProjectCopy:
    """home: where its commands have their home directory."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        for name in COPIED:
            leave_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=leave_out)
        self.environment = {"PYTHONPATH": str(folder), "HOME": str(home)}

    def __call__(self, *arguments: str | Path) -> Finished:
        return vigo_bridge(*arguments, environment=self.environment, cwd=self.folder)

    def python(self, program: str, *arguments: str) -> str:
        """Run a program that sees the copy, and the tests of the project itself."""
        found = os.pathsep.join((str(self.folder), str(ROOT)))
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env={**os.environ, **self.environment, "PYTHONPATH": found},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
