# SPDX-License-Identifier: GPL-3.0-or-later
"""The hand-written template cases and what Go made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.yaml_files import read_yaml

from .oracle import Answer

_ROOT = Path(__file__).parents[2] / "unit" / "module_utils" / "language" / "go_template"
CASES = _ROOT / "cases"
GOLDEN = _ROOT / "golden"


@dataclass(frozen=True)
class Case:
    """A template and its data. Cases of one file may share the file's data."""

    name: str
    template: str
    data: Any


def case_files() -> list[Path]:
    return sorted(CASES.glob("*.yaml"))


def cases_in(path: Path) -> list[Case]:
    """Return the cases of one file. Raise ``ValueError`` when two have the same name."""
    content = read_yaml(path)
    shared = content.get("data")
    cases = [
        Case(entry["name"], entry["template"], entry.get("data", shared))
        for entry in content["cases"]
    ]
    if len({case.name for case in cases}) < len(cases):
        raise ValueError(f"{path.name}: two cases have the same name")
    return cases


def recorded(path: Path) -> dict[str, Answer]:
    """Return Go's answers to the cases of one file, by their names."""
    golden = GOLDEN / f"{path.stem}.json"
    content = json.loads(golden.read_text(encoding="utf-8"))
    return {
        name: Answer(answer.get("text"), answer.get("stage", ""), answer.get("error", ""))
        for name, answer in content.items()
    }
