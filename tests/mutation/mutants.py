# SPDX-License-Identifier: GPL-3.0-or-later
"""Small changes of functions ("mutants"), which mutmut makes."""

from __future__ import annotations

import ast
import difflib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any


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
        """The numbers of all lines of the function or method that is changed; none in the body of
        a class, which runs while its module is imported.
        """
        changed = min(self.lines)
        for node in _functions(ast.parse(self.before).body):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first <= changed <= (node.end_lineno or first):
                return set(range(first, (node.end_lineno or first) + 1))
        return set()


@dataclass(frozen=True)
class Change:
    """A change of a file that mutmut proposes. make: returns the whole new file."""

    path: str
    number: int
    before: str
    make: Callable[[], str]

    def mutant(self) -> Mutant | None:
        """Return the mutant; None if it does the same as the code."""
        code = self.make()
        if ast.dump(ast.parse(code)) == ast.dump(ast.parse(self.before)):
            return None
        return Mutant(self.path, self.number, self.before, code)


def changes(path: str, root: Path) -> list[Change]:
    """Return all changes of the functions of a file. Each takes some time to make."""
    from mutmut.mutation.file_mutation import create_mutations  # Installed by `make mutation`.

    before = (root / path).read_text()
    module, proposed, _, _ = create_mutations(path, before)

    def made(change: Any) -> str:
        replaced: Any = module.deep_replace(change.original_node, change.mutated_node)
        return str(replaced.code)

    inside = [one for one in proposed if one.contained_by_top_level_function is not None]
    return [
        Change(path, number, before, partial(made, one)) for number, one in enumerate(inside, 1)
    ]


def sample(found: Sequence[Change], count: int, seed: str) -> list[Mutant]:
    """Return mutants at random, which are the same for the same seed and changes."""
    shuffled = random.Random(seed).sample(found, len(found))
    return list(islice(filter(None, (change.mutant() for change in shuffled)), count))


def _functions(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield functions and methods, but no functions inside of functions."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body)
