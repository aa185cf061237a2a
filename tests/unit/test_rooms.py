# SPDX-License-Identifier: GPL-3.0-or-later
"""The imports of vigo_bridge go down the list of rooms in docs/how-it-is-built.md, in no circle."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.syntax import ROOT, nodes
from tests.unit.import_graph import refuse_circle, statements

PACKAGE = ROOT / "vigo_bridge"
PAGE = (ROOT / "docs/how-it-is-built.md").read_text()
ROOMS = re.findall(r"^\| `vigo_bridge/(\w+)/` \| ", PAGE, re.M)
#: The sections of the page about packages with folders; each folder uses only those before it.
DIVIDED = {"watch": "Watching", "compose": "Import of compose projects"}
#: Only these know the library that reads command lines; the second prints with it.
OF_CLICK = ("vigo_bridge/cli/", "vigo_bridge/report/printing.py")


@cache
def imports(*, late: bool = True) -> dict[str, set[str]]:
    """Return what each file imports of the others, by dotted names.

    late: with the imports inside of functions and for type checkers.
    """
    return {_name(path): set(_imported(path, late)) for path in PACKAGE.rglob("*.py")}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imported(path: Path, late: bool) -> Iterator[str]:
    for module, name in _names(path, late):
        if module.split(".")[0] == PACKAGE.name:
            inner = f"{module}.{name}"
            is_module = ROOT.joinpath(*inner.split(".")).with_suffix(".py").is_file()
            yield inner if is_module else module


@cache
def _names(path: Path, late: bool) -> tuple[tuple[str, str], ...]:
    return tuple(
        (node.module or "", alias.name) if isinstance(node, ast.ImportFrom) else (alias.name, "")
        for node in statements(nodes(path), late)
        for alias in node.names
    )


def _floor(name: str) -> int:
    """Return the level of a file.

    Those beside the rooms, which all may use, are on the lowest one.
    """
    reserve = name.removeprefix(f"{PACKAGE.name}.").partition(".")[0]
    return ROOMS.index(reserve) if reserve in ROOMS else len(ROOMS)


def test_every_folder_is_a_room() -> None:
    folders = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*/*.py")}
    assert folders == set(ROOMS)


def test_imports_go_down() -> None:
    upward = [
        f"{name} imports {other}"
        for name, others in imports().items()
        for other in sorted(others)
        if name != f"{PACKAGE.name}.__main__" and _floor(other) < _floor(name)
    ]
    assert upward == []


@pytest.mark.parametrize("package", DIVIDED)
def test_the_folders_of_a_package_use_those_before_them(package: str) -> None:
    section = PAGE.partition(f"\n## {DIVIDED[package]}\n")[2].partition("\n## ")[0]
    order = re.findall(r"^\| `(\w+)/` \| ", section, re.M)
    assert {path.parent.name for path in (PACKAGE / package).glob("*/__init__.py")} == set(order)
    later = [
        f"{name} imports {other}"
        for name, others in imports().items()
        for other in sorted(others)
        if {_part(name, package), _part(other, package)} <= set(order)
        and order.index(_part(other, package)) > order.index(_part(name, package))
    ]
    assert later == []


def _part(name: str, package: str) -> str:
    """Return the folder of a file in a package; empty for another file."""
    inner = name.removeprefix(f"{PACKAGE.name}.{package}.")
    return "" if inner == name else inner.partition(".")[0]


def test_there_is_no_circle() -> None:
    refuse_circle(imports(late=False))


def test_only_the_command_line_knows_click() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*.py")
        for module, _ in _names(path, late=True)
        if module.split(".")[0] == "click"
    }
    assert [name for name in sorted(users) if not name.startswith(OF_CLICK)] == []
