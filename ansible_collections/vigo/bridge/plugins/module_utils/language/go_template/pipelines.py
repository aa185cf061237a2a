# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses what stands inside one action: pipelines, commands and operands."""

from __future__ import annotations

from typing import List, Tuple

from ...common.suggest import nearest
from . import lexer
from .errors import BEGIN_WITH_FUNCTION, SET_BEFORE, SIMPLER, Fault, TemplateError
from .functions import FUNCTIONS
from .lexer import Action, Token
from .limits import MAX_NESTING
from .scope import Scope
from .source import Source
from .strconv import character, complex_number, number, unquote
from .tree import Chain, Command, Dot, Field, Function, Literal, Nil, Operand, Pipeline, Variable

_OPERANDS = lexer.LITERALS | {
    lexer.DOT,
    lexer.FIELD,
    lexer.IDENTIFIER,
    lexer.LEFT_PAREN,
    lexer.VARIABLE,
}
_FEWER = "write fewer"
_NOT_EXECUTABLE = (Literal, Dot, Nil)


class ActionParser:
    """Reads the tokens of one action after the other. ``scope`` holds the variables that may
    be named, and gets those that a pipeline declares."""

    def __init__(self, source: Source, extensions: bool) -> None:
        self.scope = Scope()
        self._source = source
        self._extensions = extensions
        self._nesting = 0
        self._tokens: Tuple[Token, ...] = ()
        self._next = 0

    def enter(self, action: Action) -> None:
        """Begins to read an action."""
        self._tokens = action.tokens
        self._next = 0

    def pipeline(self, context: str, end: str) -> Pipeline:
        """Reads up to a token of the kind ``end``; ``context`` is for error messages."""
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
                f"missing value for {context}", self._tokens[self._next - 1], "write a value there"
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
            self.scope.declare(name)
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
                "there are Go's, and helpers such as default and join",
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
        """Notes that a block or parenthesis begins; raises when there are too many inside."""
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
