# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Go templates in the strings of a stack: parse, inspect, render.

``parse("redis:{{ .Vars.version }}").render({"Vars": {"version": "7"}})`` is ``redis:7``. Actions
that name nothing of ours, such as ``{{.State}}``, stay as they are, byte for byte. Bytes that are
not UTF-8 are lone surrogates in texts (``surrogateescape``).

A text goes through these files: ``lexer`` finds its actions, ``ownership`` says which are ours
(by ``naming``), ``parser`` builds a ``tree`` from them, ``references`` says what that tree names,
and ``interpreter`` renders it within ``limits``. What templates call is in ``functions``: Go's
``builtins`` and our ``helpers``. ``values`` and ``strconv`` have Go's rules for values and their
notation, ``formatting`` and ``printing`` those for their text. ``errors`` has the errors and their
positions.
"""

from __future__ import annotations

from typing import Any, List, Mapping, Optional, Tuple, Union

from .errors import OPEN, Source, TemplateError
from .interpreter import StackLookup, render_tree
from .lexer import Action, trimmed
from .ownership import Span, sort_actions
from .parser import parse_pieces
from .references import Reference, Usage, usage_of
from .tree import Body, Field, Output, Pipeline, Text, Tree

__all__ = ["Reference", "Span", "Template", "TemplateError", "parse"]


Piece = Union[str, Tuple[str, ...]]


def parse(text: str, foreach: bool = False) -> Template:
    """Parse a string of a stack. Raise ``TemplateError``.

    ``foreach`` permits ``.Item`` and its other name ``.Each``.
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
        """Return every chain that starts at a namespace, in the order of the text."""
        return self._used().references

    def functions(self) -> Tuple[str, ...]:
        """Return the names of all functions that the template applies."""
        return self._used().functions

    def chains(self) -> Optional[Tuple[Piece, ...]]:
        """Return the template as literal texts (``str``) and chains (tuples of names), in order.

        None if it does more than show chains from a namespace.
        """
        if self._tree is None:
            return (self._source.text,)
        if self._tree.definitions:
            return None
        return chains_of(self._tree.body)

    def may_be_empty(self) -> bool:
        """Return whether some values give an empty text; False if it has text of its own."""
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
        """Return the text with our actions replaced. Raise ``TemplateError``.

        ``namespaces`` maps ``Vars``, ``Traits`` and, inside foreach, ``Item`` to their values.
        """
        if self._tree is None:
            return self._source.text
        lookup = StackLookup(namespaces)
        return render_tree(self._tree, self._source, lookup.root, lookup)


def chains_of(body: Body) -> Optional[Tuple[Piece, ...]]:
    """Return its texts and chains, in order; None if there is anything else."""
    pieces: List[Piece] = []
    for node in body:
        if isinstance(node, Text):
            pieces.append(node.text)
        elif isinstance(node, Output):
            chain = _chain(node.pipeline)
            if chain is None:
                return None
            pieces.append(chain)
        else:
            return None
    return tuple(pieces)


def _chain(pipeline: Pipeline) -> Optional[Tuple[str, ...]]:
    if pipeline.variables or len(pipeline.commands) != 1:
        return None
    operands = pipeline.commands[0].operands
    if len(operands) != 1 or not isinstance(operands[0], Field):
        return None
    first, *rest = operands[0].names
    return ("Item" if first == "Each" else first, *rest)
