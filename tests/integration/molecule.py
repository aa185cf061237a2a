# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs Molecule as a user does, who has exported where the testbed's engine answers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.testbed import Testbed

ROOT = Path(__file__).parents[2]


def molecule(
    testbed: Testbed, folder: Path, *arguments: str, fails: bool = False, **variables: str
) -> str:
    """Run ``molecule`` in a folder, and return its output.

    variables: further environment variables.

    Raises:
        AssertionError: it failed, or where `fails` is true it did not.
    """
    command = [program("molecule"), *arguments]
    environment = {**person(testbed), **variables}
    finished = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert (finished.returncode != 0) == fails, finished.stdout[-8000:]
    return finished.stdout


def log_in(testbed: Testbed, folder: Path, command: str, *arguments: str) -> str:
    """Run one command on a host with ``molecule login``, and return what its terminal showed."""
    login = " ".join([program("molecule"), "login", *arguments])
    finished = subprocess.run(
        ["script", "--quiet", "--return", "--command", login, "/dev/null"],
        cwd=folder,
        env=person(testbed),
        input=f"{command}; exit\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return finished.stdout


def person(testbed: Testbed) -> Mapping[str, str]:
    """Return the environment of a person who has activated the virtual environment."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MOLECULE_")},
        **testbed.test_engine().env,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "NO_COLOR": "1",
        "COLUMNS": "1000",
    }


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))
