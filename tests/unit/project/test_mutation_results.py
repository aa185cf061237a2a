# SPDX-License-Identifier: GPL-3.0-or-later
"""A measurement of mutants goes on where it was interrupted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.mutation.mutants import Mutant
from tests.mutation.results import Results

MUTANT = Mutant("a.py", 1, "x = 1\n", "x = 2\n")
OTHERS = {
    "stopped": replace(MUTANT, code="x = 3\n"),
    "survived": replace(MUTANT, code="x = 4\n"),
    "never": replace(MUTANT, path="b.py"),
}


def test_only_what_was_detected_is_not_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "results"
    results = Results(path)
    results.add(MUTANT, "detected")
    for state in ("stopped", "survived"):
        results.add(OTHERS[state], state)
    with path.open("a") as stream:
        stream.write('["cut o')
    Results(path).add(OTHERS["survived"], "survived")
    found = Results(path)
    assert found.detected(replace(MUTANT, number=7)) == "detected"
    assert {name: found.detected(mutant) for name, mutant in OTHERS.items()} == {
        "stopped": "stopped",
        "survived": "",
        "never": "",
    }
