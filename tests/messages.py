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
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ("vigo_bridge", "ansible_collections/vigo/bridge/plugins")
LIST = ROOT / "tests/unit/messages.txt"
TWO_WORDS = re.compile(r"[A-Za-z']{2,}[,;:.]? [A-Za-z'{(]")
MARKUP = re.compile(r"\s*<\w+ |\s*class(Def)? \w|\s*\w+=\w+[,;]")
WITH_DOCSTRINGS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}


def main() -> None:
    LIST.write_text(message_list(), encoding="utf-8")


def message_list() -> str:
    """Return the content of the list."""
    paths = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]
    found = {text for path in paths for text in texts(path.read_text(encoding="utf-8"))}
    return "".join(f"{text}\n" for text in sorted(found))


def texts(source: str) -> Iterator[str]:
    """Yield the texts of a program, each on one line."""
    tree = ast.parse(source)
    skipped = {id(node) for part in ast.walk(tree) for node in _not_shown(part)}
    for node in ast.walk(tree):
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
