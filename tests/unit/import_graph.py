# SPDX-License-Identifier: GPL-3.0-or-later
"""What Python files import of one another, read from their sources."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.syntax import Nodes


def statements(program: Nodes, late: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports of a file. late: with those inside of functions and for type checkers."""
    imports = (node for node in program if isinstance(node, (ast.Import, ast.ImportFrom)))
    return imports if late else _early(program[0])


def _early(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case) and not _is_late(node):
            yield from _early(node)


def _is_late(node: ast.AST) -> bool:
    is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    return is_function or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))


def refuse_circle(imports: Mapping[str, set[str]]) -> None:
    """Fail the test with the files of a circle, if there is one."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
