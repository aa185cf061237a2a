# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's imports go down the list of floors in docs/how-it-is-built.md, in no circle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.syntax import nodes
from tests.unit.collection.module_sources import COLLECTION
from tests.unit.import_graph import refuse_circle, statements

UTILS = COLLECTION / "plugins/module_utils"
PAGE = Path(__file__).parents[3] / "docs/how-it-is-built.md"
SECTION = PAGE.read_text().split("\n## On a target\n")[1].split("\n## ")[0]
FLOORS = re.findall(r"^\| `(\w+)/` \| ", SECTION, re.M)


@cache
def imports(*, late: bool = True) -> dict[str, set[str]]:
    """Return what each file of module_utils imports of the others, by dotted names.

    late: with the imports inside of functions and for type checkers.
    """
    return {_name(path): set(_imported(path, late)) for path in UTILS.rglob("*.py")}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(UTILS).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, late: bool) -> Iterator[str]:
    package = path.parent.relative_to(UTILS).parts
    for node in statements(nodes(path), late):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = [*package[: len(package) - node.level + 1], *(node.module or "").split(".")]
            folder = UTILS.joinpath(*filter(None, base))
            for alias in node.names:
                is_module = (folder / f"{alias.name}.py").is_file()
                found = folder / alias.name if is_module else folder
                yield ".".join(found.relative_to(UTILS).parts)


def test_every_folder_is_a_floor() -> None:
    files = [path.relative_to(UTILS) for path in UTILS.rglob("*.py")]
    assert {path.parts[0] for path in files} - {"__init__.py"} == set(FLOORS)


def test_imports_go_down() -> None:
    upward = [
        f"{name} imports {other}"
        for name, others in imports().items()
        for other in sorted(others)
        if _floor(other) < _floor(name)
    ]
    assert upward == []


def _floor(name: str) -> int:
    return FLOORS.index(name.partition(".")[0])


def test_there_is_no_circle() -> None:
    refuse_circle(imports(late=False))
