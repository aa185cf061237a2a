# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mutants were detected so far, so that a measurement can go on after an interruption."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from tests.mutation.mutants import Mutant


class Results:
    """A file with one line for each mutant that was tried."""

    def __init__(self, path: Path) -> None:
        """Read the file, or create it. A last line that was cut off is removed."""
        self._path = path
        path.touch()
        lines = path.read_text().split("\n")[:-1]
        path.write_text("".join(f"{line}\n" for line in lines))
        found = [json.loads(line) for line in lines]
        self._known: dict[str, str] = {digest: state for digest, state, _name in found}

    def detected(self, mutant: Mutant) -> str:
        """Return how a mutant of the same code was detected; empty if it is to be tried."""
        state = self._known.get(_digest(mutant), "")
        return "" if state == "survived" else state

    def add(self, mutant: Mutant, state: str) -> None:
        with self._path.open("a") as stream:
            stream.write(f"{json.dumps([_digest(mutant), state, mutant.name])}\n")


def _digest(mutant: Mutant) -> str:
    return hashlib.sha256(f"{mutant.path}\0{mutant.code}".encode()).hexdigest()
