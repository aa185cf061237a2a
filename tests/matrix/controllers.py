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

    cell: its row and column in the table of all that was seen. counts: such as ``{"passed": 12,
    "skipped": 1}``; empty if pytest itself failed. skipped: pytest's lines on what it left out.
    """

    name: str
    cell: tuple[str, str]
    ok: bool
    counts: Mapping[str, int]
    skipped: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Controller:
    """An installed ansible-core. python: of its environment."""

    core: str
    version: str
    python: Path

    def run(
        self, name: str, cell: tuple[str, str], part: Part, environment: Mapping[str, str]
    ) -> Row:
        """Run the tests of a part; print pytest's output where they failed."""
        began = time.monotonic()
        finished = subprocess.run(
            [
                *(str(self.python), "-m", "pytest", "-q"),
                *(() if part.long else ("-m", "not sweep")),
                *part.tests,
            ],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if finished.returncode:
            print(finished.stdout)
        lines = finished.stdout.strip().splitlines()
        counts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", lines[-1])}
        skipped = tuple(line for line in lines if line.startswith("SKIPPED"))
        seconds = time.monotonic() - began
        return Row(name, cell, finished.returncode == 0, counts, skipped, seconds)


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
        constraints = folder / "constraints.txt"
        constraints.write_text(_constraints())
        command = [*pip, "--constraint", str(constraints), *wanted]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        ready.write_text(" ".join(wanted))
    return Controller(core, version, python)


def _constraints() -> str:
    """Return the versions of the development tools, without that of ansible-core, which is
    chosen here.
    """
    lines = (ROOT / "tests/constraints.txt").read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("ansible-core==")) + "\n"
