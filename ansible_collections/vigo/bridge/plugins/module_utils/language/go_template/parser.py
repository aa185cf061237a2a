# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the tree of a template from its texts and actions, by the grammar of text/template."""

from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, Optional, Tuple, Union

from . import lexer
from .errors import TemplateError
from .lexer import Action, Token
from .pipelines import ActionParser
from .scan import Piece
from .scope import Scope
from .source import Source
from .tree import Body, Branch, Break, Call, Continue, If, Node, Output, Range, Text, Tree, With

_OPEN_BEFORE = "take it out, or open its block before"


def parse_pieces(pieces: Iterable[Piece], source: Source, extensions: bool) -> Tree:
    """The tree of a template whose actions are all meant; raises ``TemplateError``.

    ``extensions`` admits the helper functions that Go itself does not have.
    """
    return _Parser(pieces, source, extensions).parse()


def without_end(source: Source, what: str, opening: int) -> TemplateError:
    return source.error(
        f"{{{{{what}}}}} has no {{{{end}}}}", opening, "write {{end}} where it ends"
    )


class _Parser:
    def __init__(self, pieces: Iterable[Piece], source: Source, extensions: bool) -> None:
        self._pieces: Iterator[Piece] = iter(pieces)
        self._source = source
        self._inside = ActionParser(source, extensions)
        self._definitions: Dict[str, Body] = {}
        self._ranges = 0
        self._start = 0

    def parse(self) -> Tree:
        body: List[Node] = []
        for piece in self._pieces:
            if isinstance(piece, str):
                body.append(Text(piece))
                continue
            self._enter(piece)
            if self._inside.peek().kind == "define":
                self._definition()
                continue
            node = self._action()
            if node is None:
                raise self._inside.error(
                    f"unexpected {{{{{self._inside.peek().kind}}}}}",
                    self._inside.peek(),
                    _OPEN_BEFORE,
                )
            body.append(node)
        return Tree(tuple(body), self._definitions)

    def _enter(self, action: Action) -> None:
        self._inside.enter(action)
        self._start = action.start

    def _body(self, opening: int, what: str) -> Tuple[Body, Token]:
        """The nodes up to an ``end`` or ``else``, and that token, still to be read."""
        self._inside.descend(opening)
        body: List[Node] = []
        for piece in self._pieces:
            if isinstance(piece, str):
                body.append(Text(piece))
                continue
            self._enter(piece)
            node = self._action()
            if node is None:
                self._inside.ascend()
                return tuple(body), self._inside.peek()
            body.append(node)
        raise without_end(self._source, what, opening)

    def _action(self) -> Optional[Node]:
        """The node of the current action; None for an ``end`` or ``else``, left unread."""
        kind = self._inside.peek().kind
        if kind in ("end", "else"):
            return None
        if kind == "if":
            return self._if()
        if kind == "with":
            return self._with()
        if kind == "range":
            return self._range()
        if kind in ("break", "continue"):
            return self._jump()
        if kind == "template":
            return self._call()
        if kind == "block":
            return self._block()
        return Output(self._inside.pipeline("command", lexer.END_OF_ACTION))

    def _if(self) -> If:
        opening = self._start
        mark = self._inside.scope.mark()
        branches: List[Branch] = []
        otherwise: Optional[Body] = None
        while True:
            self._inside.take()
            condition = self._inside.pipeline("if", lexer.END_OF_ACTION)
            body, stop = self._body(opening, "if")
            branches.append(Branch(condition, body))
            self._inside.take()
            if stop.kind == "else" and self._inside.peek().kind == "if":
                continue
            self._inside.expect_end(stop.kind)
            if stop.kind == "else":
                otherwise = self._else_body(opening, "if")
            break
        self._inside.scope.forget_since(mark)
        return If(tuple(branches), otherwise, opening)

    def _with(self) -> With:
        opening = self._start
        mark = self._inside.scope.mark()
        self._inside.take()
        pipeline = self._inside.pipeline("with", lexer.END_OF_ACTION)
        body, stop = self._body(opening, "with")
        otherwise = self._after_body(stop, opening, "with")
        self._inside.scope.forget_since(mark)
        return With(pipeline, body, otherwise, opening)

    def _range(self) -> Range:
        opening = self._start
        mark = self._inside.scope.mark()
        self._inside.take()
        pipeline = self._inside.pipeline("range", lexer.END_OF_ACTION)
        self._ranges += 1
        body, stop = self._body(opening, "range")
        self._ranges -= 1
        otherwise = self._after_body(stop, opening, "range")
        self._inside.scope.forget_since(mark)
        return Range(pipeline, body, otherwise, opening)

    def _after_body(self, stop: Token, opening: int, what: str) -> Optional[Body]:
        self._inside.take()
        if stop.kind == "else" and self._inside.peek().kind == "if":
            raise self._inside.error(
                f"{{{{else if}}}} belongs to if, not to {what}", stop, _OPEN_BEFORE
            )
        self._inside.expect_end(stop.kind)
        return self._else_body(opening, what) if stop.kind == "else" else None

    def _else_body(self, opening: int, what: str) -> Body:
        body, stop = self._body(opening, what)
        if stop.kind != "end":
            raise self._inside.error("expected end; found {{else}}", stop, _OPEN_BEFORE)
        self._inside.take()
        self._inside.expect_end("end")
        return body

    def _jump(self) -> Union[Break, Continue]:
        token = self._inside.take()
        self._inside.expect_end(token.kind)
        if not self._ranges:
            raise self._inside.error(
                f"{{{{{token.kind}}}}} outside {{{{range}}}}",
                token,
                "move it into a range, or take it out",
            )
        return Break(token.offset) if token.kind == "break" else Continue(token.offset)

    def _call(self) -> Call:
        opening = self._inside.take().offset
        name = self._inside.name("template clause")
        pipeline = None
        if self._inside.peek().kind != lexer.END_OF_ACTION:
            pipeline = self._inside.pipeline("template clause", lexer.END_OF_ACTION)
        return Call(name, pipeline, opening)

    def _block(self) -> Call:
        opening = self._inside.take().offset
        name = self._inside.name("block clause")
        pipeline = self._inside.pipeline("block clause", lexer.END_OF_ACTION)
        self._define(name, opening, "block")
        return Call(name, pipeline, opening)

    def _definition(self) -> None:
        opening = self._inside.take().offset
        name = self._inside.name("define clause")
        self._inside.expect_end("define clause")
        self._define(name, opening, "define")

    def _define(self, name: str, opening: int, what: str) -> None:
        outer_scope, outer_ranges = self._inside.scope, self._ranges
        self._inside.scope, self._ranges = Scope(), 0
        body, stop = self._body(opening, what)
        if stop.kind != "end":
            raise self._inside.error(
                f"unexpected {{{{else}}}} in {what} clause", stop, _OPEN_BEFORE
            )
        self._inside.take()
        self._inside.expect_end("end")
        self._inside.scope, self._ranges = outer_scope, outer_ranges
        known = self._definitions.get(name)
        if known is None or _is_blank(known):
            self._definitions[name] = body
        elif not _is_blank(body):
            raise self._source.error(
                f'multiple definition of template "{name}"', opening, "rename one of them"
            )


def _is_blank(body: Body) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in body)
