# SPDX-License-Identifier: GPL-3.0-or-later
"""The areas of the code that are measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULE_UTILS = "ansible_collections/vigo/bridge/plugins/module_utils"
TYPES = f"{MODULE_UTILS}/types"


def areas() -> dict[str, Sequence[str]]:
    """Return the files of each area. Each type is an area of its own."""
    types = {path.name: _python_files(f"{TYPES}/{path.name}") for path in (ROOT / TYPES).iterdir()}
    shared = sorted(str(path.relative_to(ROOT)) for path in (ROOT / TYPES).glob("*.py"))
    return {
        **{f"types/{name}": files for name, files in sorted(types.items()) if files},
        "types/shared": shared,
        "converge": _python_files(f"{MODULE_UTILS}/converge"),
        "run": _python_files("vigo_bridge/run"),
    }


def below(wanted: str, known: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the files of the areas that a name selects: one area, or all below it."""
    return [
        path
        for name, files in known.items()
        if f"{name}/".startswith(f"{wanted}/")
        for path in files
    ]


def beside(path: str) -> Sequence[str]:
    """Return all files of the area of a file."""
    return next((files for files in areas().values() if path in files), ())


def _python_files(folder: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*.py"))
