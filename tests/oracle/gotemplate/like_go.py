# SPDX-License-Identifier: GPL-3.0-or-later
"""The interpreter without the rules for stacks, to be compared with Go's text/template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import Source
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.interpreter import (
    Lookup,
    render_tree,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.lexer import (
    LexFault,
    Piece,
    Unreadable,
    parts_of,
    trimmed,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.parser import (
    parse_pieces,
)
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.tree import Tree
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.values import NOTHING


def parse_go(text: str) -> GoTemplate:
    """Parse a template as Go itself would, every action included. Raise `TemplateError`."""
    source = Source(text)
    try:
        pieces = trimmed(_strict_parts(text))
        return GoTemplate(source, parse_pieces(pieces, source, extensions=False))
    except LexFault as fault:
        raise source.locate(fault, fault.offset, "parse") from fault


def _strict_parts(text: str) -> Iterator[Piece]:
    for part in parts_of(text):
        if isinstance(part, Unreadable):
            raise part.fault
        yield part


class GoTemplate:
    """A parsed template."""

    def __init__(self, source: Source, tree: Tree) -> None:
        self._source = source
        self._tree = tree

    def render(self, data: Any) -> str:
        """Return the text for one value, the dot. Raise `TemplateError`."""
        dot = NOTHING if data is None else data
        return render_tree(self._tree, self._source, dot, Lookup())
