# SPDX-License-Identifier: GPL-3.0-or-later
"""The Pythons of this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def find_python(version: str) -> str | None:
    """Return an interpreter of that version, on the PATH or in pyenv.

    It must start: a shim of pyenv on the PATH may have no interpreter.
    """
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    candidates = [
        *sorted(map(str, pyenv.glob(f"versions/{version}.*/bin/python"))),
        shutil.which(f"python{version}"),
    ]
    for candidate in filter(None, candidates):
        asked = subprocess.run([candidate, "-I", "-c", ""], capture_output=True, check=False)
        if asked.returncode == 0:
            return candidate
    return None


def full_version(*python: str) -> str:
    """Return the version of a Python, such as `3.13.0`. python: the command that starts it."""
    ask = [*python, "-I", "-c", "import platform; print(platform.python_version())"]
    return subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
