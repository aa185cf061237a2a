# SPDX-License-Identifier: GPL-3.0-or-later
"""Code that runs on targets has the syntax of the oldest Python that targets can have."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.matrix.pythons import find_python
from tests.syntax import nodes
from tests.unit.collection.module_sources import COLLECTION, ROOT

MODULE_UTILS = COLLECTION / "plugins/module_utils"

IMPORT_ALL = """
import importlib, sys, traceback
root, *names = sys.argv[1:]
sys.path.insert(0, root)
failures = 0
for name in names:
    try:
        importlib.import_module(name)
    except Exception:
        failures += 1
        print(name)
        traceback.print_exc(limit=-1, file=sys.stdout)
sys.exit(bool(failures))
"""


@pytest.mark.parametrize("version", ["3.8", "3.9"])
def test_module_utils_can_be_imported(version: str) -> None:
    interpreter = find_python(version)
    if interpreter is None:
        pytest.skip(f"no Python {version} on the PATH or in pyenv")
    names = [_module_name(path) for path in _files_without_ansible()]
    finished = subprocess.run(
        [interpreter, "-I", "-B", "-c", IMPORT_ALL, str(ROOT), *names],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def _files_without_ansible() -> list[Path]:
    """Return files that import Ansible neither themselves nor through another file."""
    imported = {path: set(_imported(path)) for path in sorted(MODULE_UTILS.rglob("*.py"))}
    with_ansible = {"ansible"}
    while True:
        found = {path.stem for path, names in imported.items() if names & with_ansible}
        if found <= with_ansible:
            return [path for path, names in imported.items() if not names & with_ansible]
        with_ansible |= found


def _imported(path: Path) -> Iterator[str]:
    """Yield the names of Ansible's package and of files of our own that a file imports."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield str(node.module).split(".")[-1]
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).split(".")[0]


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
