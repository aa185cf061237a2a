# SPDX-License-Identifier: GPL-3.0-or-later
"""Which unit tests reach which lines, recorded by one run of them, and the order to try them in."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.mutation.areas import beside
from tests.mutation.mutants import Mutant

#: Reached by no line: they read the code as text, or what it has made while it was imported.
READERS = (
    "tests/unit/test_messages.py",
    "tests/unit/test_wording.py",
    "tests/unit/docs/test_engine_table.py",
    "tests/unit/docs/test_docker_container_page.py",
)
#: Counts what is imported, and which process imports it.
LEFT_OUT = "tests/unit/cli/test_lazy_commands.py"


@dataclass
class Reach:
    """What the run recorded. seconds: the processor time of each test that passed.

    lines: by file and line, the tests that reach it; importers: by file, the files of tests that
    import it.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    importers: dict[str, set[str]] = field(default_factory=dict)

    def groups(self, mutant: Mutant) -> Iterator[list[str]]:
        """Yield lists of tests for a mutant: the likeliest first, each test once.

        These are the tests that reach the changed line, then those that read the code as text or
        its tables, then the ones that reach the function, and all of the test files that import
        its module: a function can be called while tests are collected, or only once for several
        of them. For the body of a class, all of the test files that import a module of its area.
        """
        path = mutant.path
        files = {*self.importers.get(path, ())}
        if not mutant.function:
            files.update(*(self.importers.get(other, ()) for other in beside(path)))
        importing = {name for name in self.seconds if _file(name) in files}
        line = self._reaching(path, mutant.lines)
        near = sorted(line, key=lambda name: (name not in importing, self.seconds[name]))
        readers = [name for name in self.seconds if _file(name) in READERS]
        rest = self._reaching(path, mutant.function) | importing
        tried: set[str] = set()
        for group in (near[:100], readers, near, sorted(rest, key=self.seconds.__getitem__)):
            fresh = [name for name in group if name not in tried]
            tried.update(fresh)
            if fresh:
                yield fresh

    def _reaching(self, path: str, lines: Iterable[int]) -> set[str]:
        known = self.lines.get(path, {})
        return {name for line in lines for name in known.get(line, ()) if name in self.seconds}


def read_reach(folder: Path, root: Path, paths: Iterable[str]) -> Reach:
    """Return what the recorder wrote to a folder about files of the project in `root`."""
    from coverage import CoverageData  # Installed by `make mutation`.

    found = Reach(importers=_importers(root, paths))
    for written in folder.glob("tests-*.json"):
        content = json.loads(written.read_text())
        failed = {*content["failed"]}
        found.seconds |= {
            name: seconds
            for name, seconds in content["seconds"].items()
            if name not in failed and _file(name) != LEFT_OUT
        }
    for data_file in folder.glob("lines-*"):
        data = CoverageData(basename=str(data_file))
        data.read()
        for path in paths:
            known = found.lines.setdefault(path, {})
            for line, contexts in data.contexts_by_lineno(str(root / path)).items():
                known.setdefault(line, set()).update(contexts)
    return found


def _file(name: str) -> str:
    return name.partition("::")[0]


def _importers(root: Path, paths: Iterable[str]) -> dict[str, set[str]]:
    modules = {".".join(PurePosixPath(path).with_suffix("").parts): path for path in paths}
    modules |= {name.removesuffix(".__init__"): path for name, path in modules.items()}
    found: dict[str, set[str]] = {}
    for test in (root / "tests/unit").rglob("test_*.py"):
        for name in {*_imported(ast.parse(test.read_text()))} & {*modules}:
            found.setdefault(modules[name], set()).add(str(test.relative_to(root)))
    return found


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
