# SPDX-License-Identifier: GPL-3.0-or-later
"""Small changes of functions ("mutants"), which mutmut makes."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One change. path: of the file, from the root of the project; code: the whole new file."""

    path: str
    number: int
    before: str
    code: str

    @property
    def name(self) -> str:
        return f"{self.path}:{min(self.lines)}#{self.number}"

    @property
    def diff(self) -> list[str]:
        """The lines that were removed and added, as in a diff."""
        lines = difflib.unified_diff(self.before.splitlines(), self.code.splitlines(), n=0)
        return [line for line in list(lines)[2:] if not line.startswith("@@")]

    @property
    def lines(self) -> set[int]:
        """The numbers of the changed lines in the file as it was."""
        matcher = difflib.SequenceMatcher(
            a=self.before.splitlines(), b=self.code.splitlines(), autojunk=False
        )
        return {
            line
            for operation, first, last, _, _ in matcher.get_opcodes()
            if operation != "equal"
            for line in range(first + 1, max(last, first + 1) + 1)
        }

    @property
    def function(self) -> set[int]:
        """The numbers of all lines of the function or method that is changed."""
        changed = min(self.lines)
        for node in _functions(ast.parse(self.before).body):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first <= changed <= (node.end_lineno or first):
                return set(range(first, (node.end_lineno or first) + 1))
        return self.lines


def mutants(path: str, root: Path) -> list[Mutant]:
    """Return all mutants of a file that change what its functions do."""
    from mutmut.mutation.file_mutation import create_mutations  # Installed by `make mutation`.

    before = (root / path).read_text()
    module, changes, _, _ = create_mutations(path, before)
    made = [
        module.deep_replace(change.original_node, change.mutated_node).code  # type: ignore[arg-type]
        for change in changes
        if change.contained_by_top_level_function is not None
    ]
    return [
        Mutant(path, number, before, code)
        for number, code in enumerate(made, start=1)
        if ast.dump(ast.parse(code)) != ast.dump(ast.parse(before))
    ]


def _functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield functions and methods, but no functions inside of functions."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body)
