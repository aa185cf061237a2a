# SPDX-License-Identifier: GPL-3.0-or-later
"""The areas of the code that are measured, each with the unit tests that should notice a change."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE_UTILS = "ansible_collections/vigo/bridge/plugins/module_utils"
TYPES = f"{MODULE_UTILS}/types"

#: Folders of types that other tests reach, too, or alone -> these, from the folder of their tests.
TESTED_IN = {
    "container": [
        "container",
        *(f"../converge/test_{name}.py" for name in ("execution", "former_states", "info", "logs")),
        *(f"../converge/test_{name}.py" for name in ("on_demand", "take_down")),
    ],
    "file": ["file", "../converge/test_former_states.py"],
    "fetched": ["source_package", "nonrepo_package", "repository"],
    "network": ["on_engine"],
    "volume": ["on_engine"],
    "shared": [
        *("test_result.py", "test_task.py", "test_texts.py", "test_values.py", "exec", "file"),
        "../converge/test_prediction.py",
    ],
}


@dataclass(frozen=True)
class Area:
    """Files to change, and the unit tests that should notice a change."""

    files: Sequence[str]
    tests: Sequence[str]

    def size(self) -> int:
        """Return the number of lines that may be changed."""
        return sum(len((ROOT / name).read_bytes().splitlines()) for name in self.files)


def areas() -> dict[str, Area]:
    """Return all areas. Each type is one: mutmut runs all tests of an area before it begins."""
    return {
        **dict(_types()),
        "converge": Area(
            _python_files(f"{MODULE_UTILS}/converge"), ["tests/unit/module_utils/converge"]
        ),
        "run": Area(_python_files("vigo_bridge/run"), ["tests/unit/run", "tests/unit/cli"]),
    }


def samples(chosen: Mapping[str, Area], count: int) -> dict[str, int]:
    """Divide a number of mutants among areas by their size; each gets at least one."""
    total = sum(area.size() for area in chosen.values())
    return {name: max(1, round(count * area.size() / total)) for name, area in chosen.items()}


def _types() -> Iterator[tuple[str, Area]]:
    for folder in sorted((ROOT / TYPES).iterdir()):
        name = folder.name
        if files := _python_files(f"{TYPES}/{name}"):
            yield f"types/{name}", Area(files, _tests(TESTED_IN.get(name, [name])))
    shared = [str(path.relative_to(ROOT)) for path in sorted((ROOT / TYPES).glob("*.py"))]
    yield "types/shared", Area(shared, _tests(TESTED_IN["shared"]))


def _tests(folders: Sequence[str]) -> list[str]:
    return [os.path.normpath(f"tests/unit/module_utils/types/{name}") for name in folders]


def _python_files(folder: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*.py"))
