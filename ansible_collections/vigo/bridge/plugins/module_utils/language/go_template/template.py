# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go templates in the strings of a stack: parse, look at, render.

``parse("redis:{{ .Vars.version }}").render({"Vars": {"version": "7"}})`` is ``redis:7``.
Actions that name nothing of ours, such as ``{{.State}}``, stay as they are, byte for byte.
Bytes that are no UTF-8 stand in texts as lone surrogates (``surrogateescape``).
"""

from __future__ import annotations

from typing import Any, Mapping, Optional, Tuple

from .delimiters import OPEN
from .errors import TemplateError
from .interpreter import render_tree
from .lexer import Action, LexFault
from .lookup import GoLookup, StackLookup
from .ownership import Span, sort_actions
from .parser import parse_pieces
from .pieces import Piece, chains_of
from .references import Reference, Usage, usage_of
from .scan import strict_pieces, trimmed
from .source import Source
from .tree import Text, Tree
from .values import NOTHING

__all__ = ["Reference", "Span", "Template", "TemplateError", "parse", "parse_go"]


def parse(text: str, foreach: bool = False) -> Template:
    """Parses a string of a stack; raises ``TemplateError``.

    ``foreach`` admits ``.Item`` and its other name ``.Each``.
    """
    source = Source(text)
    if OPEN not in text:
        return Template(source, None, ())
    found = sort_actions(source, foreach)
    if not any(isinstance(piece, Action) for piece in found.pieces):
        return Template(source, None, found.foreign)
    tree = parse_pieces(trimmed(found.pieces), source, extensions=True)
    return Template(source, tree, found.foreign)


class Template:
    """A parsed template. ``foreign`` are the actions that rendering leaves alone."""

    def __init__(self, source: Source, tree: Optional[Tree], foreign: Tuple[Span, ...]) -> None:
        self._source = source
        self._tree = tree
        self._usage: Optional[Usage] = None
        self.foreign = foreign

    @property
    def text(self) -> str:
        return self._source.text

    @property
    def is_plain(self) -> bool:
        """Whether there is no action of ours: rendering then returns the text unchanged."""
        return self._tree is None

    def references(self) -> Tuple[Reference, ...]:
        """Every chain that starts at a namespace, in the order of the text."""
        return self._used().references

    def functions(self) -> Tuple[str, ...]:
        """The names of all functions that the template applies."""
        return self._used().functions

    def chains(self) -> Optional[Tuple[Piece, ...]]:
        """The template as literal texts (``str``) and chains from a namespace that it shows
        (tuples of names), in order; None where it does more than that.
        """
        if self._tree is None:
            return (self._source.text,)
        if self._tree.definitions:
            return None
        return chains_of(self._tree.body)

    def may_be_empty(self) -> bool:
        """Whether some values make it an empty text; False where it has text of its own."""
        if self._tree is None:
            return not self._source.text
        return not any(isinstance(node, Text) and node.text for node in self._tree.body)

    def _used(self) -> Usage:
        if self._usage is None:
            self._usage = (
                Usage((), ()) if self._tree is None else usage_of(self._tree, self._source)
            )
        return self._usage

    def render(self, namespaces: Mapping[str, Any]) -> str:
        """The text with our actions replaced; raises ``TemplateError``.

        ``namespaces`` maps ``Vars``, ``Traits`` and, inside foreach, ``Item`` to their values.
        """
        if self._tree is None:
            return self._source.text
        lookup = StackLookup(namespaces)
        return render_tree(self._tree, self._source, lookup.root, lookup)


def parse_go(text: str) -> GoTemplate:
    """Parses a template as Go itself would, every action meant; raises ``TemplateError``."""
    source = Source(text)
    try:
        return GoTemplate(source, parse_pieces(strict_pieces(text), source, extensions=False))
    except LexFault as fault:
        raise source.locate(fault, fault.offset, "parse") from fault


class GoTemplate:
    """A template without any rule of ours, to be compared with Go's text/template."""

    def __init__(self, source: Source, tree: Tree) -> None:
        self._source = source
        self._tree = tree

    def render(self, data: Any) -> str:
        """The text for one value, the dot; raises ``TemplateError``."""
        dot = NOTHING if data is None else data
        return render_tree(self._tree, self._source, dot, GoLookup())
