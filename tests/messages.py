# SPDX-License-Identifier: GPL-3.0-or-later
"""Write all texts of the code that users may read to tests/unit/messages.txt: `make messages`.

The list has one text per line, with `{}` for each value that is filled in. A text is a string of at
least two words that is not a docstring. Docstrings of click's commands are their help, so they are
listed. The documentation of modules and plugins is not: `ansible-doc` shows it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.syntax import ROOT, Nodes, nodes, sources

LIST = ROOT / "tests/unit/messages.txt"
TWO_WORDS = re.compile(r"[A-Za-z']{2,}[,;:.]? [A-Za-z'{(]")
MARKUP = re.compile(r"\s*<\w+ |\s*class(Def)? \w|\s*\w+=\w+[,;]")
WITH_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}


def main() -> None:
    LIST.write_text(message_list(), encoding="utf-8")


def message_list() -> str:
    """Return the content of the list."""
    found = {text for path in sources().values() for text in texts(nodes(path))}
    return "".join(f"{text}\n" for text in sorted(found))


def texts(program: Nodes) -> Iterator[str]:
    """Yield the texts of a program, each on one line."""
    skipped = {id(node) for part in program for node in _not_shown(part)}
    for node in program:
        text = None if id(node) in skipped else _text(node)
        if text and TWO_WORDS.search(text) and not MARKUP.match(text):
            yield text.replace("\n", "\\n")


def _not_shown(node: ast.AST) -> Iterator[ast.AST]:
    """Yield parts of a text, docstrings, and the documentation of plugins."""
    if isinstance(node, ast.JoinedStr):
        yield from node.values
    elif isinstance(node, ast.Assign):
        if {target.id for target in node.targets if isinstance(target, ast.Name)} & DOCUMENTATION:
            yield node.value
    elif isinstance(node, WITH_DOCSTRINGS) and not _is_command(node):
        yield from (part.value for part in node.body[:1] if isinstance(part, ast.Expr))


def _is_command(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(re.search(r"\.(command|group)\b", ast.unparse(item)) for item in decorators)


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
    )


if __name__ == "__main__":
    main()
