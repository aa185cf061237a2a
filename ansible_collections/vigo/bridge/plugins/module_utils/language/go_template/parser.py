# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the tree of a template from its texts and actions, by the grammar of text/template."""

from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, Optional, Tuple, Union

from ...common.suggest import nearest
from . import lexer
from .errors import BEGIN_WITH_FUNCTION, SET_BEFORE, SIMPLER, Fault, Source, TemplateError
from .functions import FUNCTIONS
from .lexer import Action, Piece, Token
from .limits import MAX_NESTING
from .strconv import character, complex_number, number, unquote
from .tree import (
    Body,
    Branch,
    Break,
    Call,
    Chain,
    Command,
    Continue,
    Dot,
    Field,
    Function,
    If,
    Literal,
    Nil,
    Node,
    Operand,
    Output,
    Pipeline,
    Range,
    Text,
    Tree,
    Variable,
    Variables,
    With,
)

_OPEN_BEFORE = "remove it, or open its block first"


def parse_pieces(pieces: Iterable[Piece], source: Source, extensions: bool) -> Tree:
    """Return the tree of a template in which all actions are ours. Raise ``TemplateError``.

    ``extensions`` permits the helper functions that Go itself does not have.
    """
    return _Parser(pieces, source, extensions).parse()


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
        """Return the nodes up to an ``end`` or ``else``, and that token; the rest of its action is
        not read yet.
        """
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
        """Return the node of the current action; None for an ``end`` or ``else``, which is not
        read.
        """
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
            problem = "expected end; found {{else}}"
            raise self._inside.error(problem, stop, _OPEN_BEFORE)
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
                "move it into a range, or remove it",
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
        self._inside.scope, self._ranges = Variables(), 0
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


def without_end(source: Source, what: str, opening: int) -> TemplateError:
    return source.error(f"{{{{{what}}}}} has no {{{{end}}}}", opening, "add {{end}}")


_OPERANDS = lexer.LITERALS | {
    lexer.DOT,
    lexer.FIELD,
    lexer.IDENTIFIER,
    lexer.LEFT_PAREN,
    lexer.VARIABLE,
}


_FEWER = "use fewer variables"


_NOT_EXECUTABLE = (Literal, Dot, Nil)


class ActionParser:
    """Reads the tokens of one action after the other. ``scope`` holds the variables that may
    be named, and gets those that a pipeline declares."""

    def __init__(self, source: Source, extensions: bool) -> None:
        self.scope: Variables[None] = Variables()
        self._source = source
        self._extensions = extensions
        self._nesting = 0
        self._tokens: Tuple[Token, ...] = ()
        self._next = 0

    def enter(self, action: Action) -> None:
        """Begin to read an action."""
        self._tokens = action.tokens
        self._next = 0

    def pipeline(self, context: str, end: str) -> Pipeline:
        """Read up to a token of the kind ``end``; ``context`` is for error messages."""
        offset = self.peek().offset
        variables, assigns = self._declarations(context)
        commands: List[Command] = []
        while True:
            token = self.peek()
            if token.kind == end:
                self.take()
                break
            if token.kind not in _OPERANDS:
                raise self.unexpected(token, context)
            commands.append(self._command())
        if not commands:
            raise self.error(
                f"missing value for {context}", self._tokens[self._next - 1], "add a value"
            )
        for index, command in enumerate(commands[1:], 2):
            if isinstance(command.operands[0], _NOT_EXECUTABLE):
                raise self._source.error(
                    f"non executable command in pipeline stage {index}",
                    command.offset,
                    BEGIN_WITH_FUNCTION,
                )
        return Pipeline(variables, assigns, tuple(commands), offset)

    def _declarations(self, context: str) -> Tuple[Tuple[str, ...], bool]:
        variables: List[str] = []
        while self.peek().kind == lexer.VARIABLE:
            following = self._tokens[self._next + 1]
            is_comma = following.kind == lexer.COMMA
            if following.kind not in (lexer.ASSIGN, lexer.DECLARE) and not is_comma:
                break
            name = self.take().text
            self.take()
            variables.append(name)
            self.scope.declare(name, None)
            if not is_comma:
                return tuple(variables), following.kind == lexer.ASSIGN
            if context != "range" or len(variables) > 1:
                raise self.error(f"too many declarations in {context}", following, _FEWER)
            if self.peek().kind not in (
                lexer.VARIABLE,
                lexer.END_OF_ACTION,
                lexer.RIGHT_PAREN,
            ):
                raise self.error("range can only initialize variables", following, _FEWER)
        return tuple(variables), False

    def _command(self) -> Command:
        offset = self.peek().offset
        operands: List[Operand] = []
        while self.peek().kind in _OPERANDS:
            operands.append(self._operand())
            token = self.peek()
            if not token.spaced:
                break
        token = self.peek()
        if token.kind == lexer.PIPE:
            self.take()
        elif token.kind not in (lexer.END_OF_ACTION, lexer.RIGHT_PAREN):
            raise self.unexpected(token, "operand")
        return Command(tuple(operands), offset)

    def _operand(self) -> Operand:
        term = self._term()
        names: List[str] = []
        while self.peek().kind == lexer.FIELD and not self.peek().spaced:
            names.append(self.take().text[1:])
        if not names:
            return term
        if isinstance(term, Field):
            return Field(term.names + tuple(names), term.offset)
        if isinstance(term, Variable):
            return Variable(term.name, tuple(names), term.offset)
        if isinstance(term, (Literal, Nil, Dot)):
            raise self._source.error(
                "unexpected . after a literal or dot", term.offset, lexer.TAKE_OUT
            )
        return Chain(term, tuple(names), term.offset)

    def _term(self) -> Operand:
        token = self.take()
        kind = token.kind
        if kind == lexer.FIELD:
            return Field((token.text[1:],), token.offset)
        if kind == lexer.VARIABLE:
            if not self.scope.knows(token.text) and token.text != "$":
                raise self.error(f'undefined variable "{token.text}"', token, SET_BEFORE)
            return Variable(token.text, (), token.offset)
        if kind == lexer.IDENTIFIER:
            return self._function(token)
        if kind == lexer.LEFT_PAREN:
            self.descend(token.offset)
            pipeline = self.pipeline("parenthesized pipeline", lexer.RIGHT_PAREN)
            self.ascend()
            return pipeline
        if kind == lexer.DOT:
            return Dot(token.offset)
        if kind == lexer.NIL:
            return Nil(token.offset)
        if kind == lexer.BOOL:
            return Literal(token.text == "true", token.offset, token.text)
        return self._literal(token)

    def _literal(self, token: Token) -> Literal:
        try:
            if token.kind == lexer.NUMBER:
                value: object = number(token.text)
            elif token.kind == lexer.CONSTANT:
                value = character(token.text)
            elif token.kind == lexer.COMPLEX:
                value = complex_number(token.text)
            else:
                value = unquote(token.text)
        except Fault as fault:
            raise self._source.locate(fault, token.offset, "parse") from fault
        return Literal(value, token.offset, token.text)

    def _function(self, token: Token) -> Function:
        known = FUNCTIONS.get(token.text)
        if known is None or (known.is_extension and not self._extensions):
            raise self._source.error(
                f'function "{token.text}" not defined',
                token.offset,
                "use Go's functions, or helpers such as default and join",
                nearest(token.text, FUNCTIONS),
            )
        return Function(token.text, token.offset)

    # Tokens

    def peek(self) -> Token:
        return self._tokens[self._next]

    def take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def name(self, context: str) -> str:
        token = self.take()
        if token.kind not in (lexer.STRING, lexer.RAW_STRING):
            raise self.unexpected(token, context)
        try:
            return unquote(token.text)
        except Fault as fault:
            raise self._source.locate(fault, token.offset, "parse") from fault

    def expect_end(self, context: str) -> None:
        token = self.take()
        if token.kind != lexer.END_OF_ACTION:
            raise self.unexpected(token, context)

    def descend(self, offset: int) -> None:
        """Count a block or parenthesis that begins.

        Raise TemplateError when too many are nested.
        """
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise self._source.error(f"nested more than {MAX_NESTING} deep", offset, SIMPLER)

    def ascend(self) -> None:
        self._nesting -= 1

    def unexpected(self, token: Token, context: str) -> TemplateError:
        advice = lexer.COMPARE_OR_SET if token.kind == lexer.ASSIGN else lexer.TAKE_OUT
        return self.error(f'unexpected "{token.text}" in {context}', token, advice)

    def error(self, message: str, token: Token, advice: str) -> TemplateError:
        return self._source.error(message, token.offset, advice)
