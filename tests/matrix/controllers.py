# SPDX-License-Identifier: GPL-3.0-or-later
"""One ansible-core on one Python, in a virtual environment of its own, and pytest in it."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.matrix.parts import Part

ROOT = Path(__file__).parents[2]
_CACHE = ROOT / ".cache/matrix"


@dataclass(frozen=True)
class Row:
    """The result of one run of pytest.

    cell: its row and column in the table of the README. part: the name of the part of the tests, if
    the cell has the sum of several parts; otherwise empty. counts: such as ``{"passed": 12,
    "skipped": 1}``; empty if pytest itself failed. skipped: pytest's lines about skipped tests.
    """

    name: str
    cell: tuple[str, str]
    part: str
    ok: bool
    counts: Mapping[str, int]
    skipped: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Controller:
    """An installed ansible-core. python: the command that starts the Python of its environment."""

    core: str
    version: str
    python: tuple[str, ...]

    def run(
        self,
        name: str,
        cell: tuple[str, str],
        part: Part,
        environment: Mapping[str, str],
        word: str = "",
    ) -> Row:
        """Run the tests of a part; print pytest's output if they fail. word: the part's name."""
        began = time.monotonic()
        finished = subprocess.run(
            [
                *(*self.python, "-m", "pytest", "-q"),
                *(("-m", part.markers) if part.markers else ()),
                *part.tests,
            ],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if finished.returncode:
            print(finished.stdout)
        lines = finished.stdout.strip().splitlines() or [""]
        counts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", lines[-1])}
        skipped = tuple(line for line in lines if line.startswith("SKIPPED"))
        seconds = time.monotonic() - began
        return Row(name, cell, word, finished.returncode == 0, counts, skipped, seconds)


def install(core: str, version: str, interpreter: str) -> Controller:
    """Install this project with that ansible-core; an earlier installation is used again."""
    folder = _CACHE / f"{core}-{version}"
    python = folder / "bin/python"
    wanted = ["--editable", f"{ROOT}[dev]", f"ansible-core=={core}.*"]
    ready = folder / "ready"
    if not ready.exists() or ready.read_text() != " ".join(wanted):
        print(f"installing ansible-core {core} for Python {version} ...", flush=True)
        subprocess.run([interpreter, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command = [*pip, "--constraint", str(write_constraints(folder)), *wanted]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        ready.write_text(" ".join(wanted))
    return Controller(core, version, (str(python),))


def write_constraints(folder: Path) -> Path:
    """Write a file with the versions of the development tools, except for ansible-core, whose
    version is chosen here.
    """
    lines = (ROOT / "tests/constraints.txt").read_text().splitlines()
    path = folder / "constraints.txt"
    path.write_text("".join(f"{x}\n" for x in lines if not x.startswith("ansible-core==")))
    return path
