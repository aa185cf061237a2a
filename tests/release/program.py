# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that a release starts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def run(*command: str | Path, folder: Path | None = None, **variables: str) -> str:
    """Run a program and return what it printed.

    Raises:
        CalledProcessError: it failed; its `stdout` is what it printed.
    """
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", **variables},
        check=True,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ).stdout


def say(text: str) -> None:
    """Print the name of the step that begins now."""
    print(f"release: {text}", flush=True)
