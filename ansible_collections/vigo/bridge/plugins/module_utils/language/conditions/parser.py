# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the text of a ``when`` into a tree.

    either  = both { "||" both }
    both    = operand { "&&" operand }
    operand = "!" operand | "(" either ")" | "changed" | NAME [ "(" [ arguments ] ")" ]

Arguments are separated by commas; each is quoted or a bare number.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Sequence, Union

from ...common.dataclass import dataclass
from ...common.errors import Advised
from ...common.suggest import did_you_mean_or_one_of
from ...common.wording import counted
from .builtins import BUILTINS, Builtin
from .tokens import ConditionError, Token, tokens

#: How deep ``!`` and parentheses may nest: far below Python's own recursion limit.
MAXIMUM_DEPTH = 50

_WORD_OPERATORS = {"and": "&&", "or": "||", "not": "!"}


@dataclass(frozen=True)
class Changed:
    """The word ``changed``."""

    offset: int


@dataclass(frozen=True)
class Call:
    """A builtin with its arguments, read and checked."""

    builtin: Builtin
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Not:
    operand: Tree


@dataclass(frozen=True)
class Both:
    """Operands that must all hold; two or more."""

    operands: tuple[Tree, ...]


@dataclass(frozen=True)
class Either:
    """Operands of which one must hold; two or more."""

    operands: tuple[Tree, ...]


Tree = Union[Changed, Call, Not, Both, Either]


def parse_tree(text: str) -> Tree:
    """Return the tree of a condition. Raise ConditionError. Takes time linear in the text."""
    parser = _Parser(tokens(text))
    tree = parser.either()
    parser.expect("end", "'&&', '||' or the end")
    return tree


class _Parser:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def either(self) -> Tree:
        operands = self._separated(self._both, "||")
        return operands[0] if len(operands) == 1 else Either(operands)

    def expect(self, kind: str, expected: str) -> Token:
        token = self._tokens[self._next]
        if token.kind == kind:
            return self._take()
        hint = _WORD_OPERATORS.get(token.text.lower())
        advice = f"write '{hint}'" if hint else ""
        raise ConditionError(f"expected {expected}, found {token}", advice, token.offset)

    def _both(self) -> Tree:
        operands = self._separated(self._operand, "&&")
        return operands[0] if len(operands) == 1 else Both(operands)

    def _separated(self, part: Callable[[], Any], separator: str) -> tuple[Any, ...]:
        parts = [part()]
        while self._accept(separator):
            parts.append(part())
        return tuple(parts)

    def _operand(self) -> Tree:
        token = self._tokens[self._next]
        if token.kind in ("!", "("):
            return self._nested(self._take())
        self.expect("name", "a builtin, '!' or '('")
        return self._call(token)

    def _nested(self, opening: Token) -> Tree:
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            raise ConditionError(
                f"'!' and '(' nest deeper than {MAXIMUM_DEPTH} levels",
                "simplify the condition",
                opening.offset,
            )
        tree: Tree
        if opening.kind == "!":
            tree = Not(self._operand())
        else:
            tree = self.either()
            self.expect(")", "'&&', '||' or ')'")
        self._depth -= 1
        return tree

    def _call(self, name: Token) -> Tree:
        if name.text != "changed" and name.text not in BUILTINS:
            raise _unknown(name)
        given = self._arguments() if self._accept("(") else ()
        if name.text == "changed":
            if given:
                raise ConditionError("'changed' takes no arguments", "remove them", given[0].offset)
            return Changed(name.offset)
        builtin = BUILTINS[name.text]
        if not builtin.required <= len(given) <= len(builtin.readers):
            raise ConditionError(
                f"{name.text} with {counted(len(given), 'argument')}",
                f"write {builtin.usage}",
                name.offset,
            )
        return Call(builtin, tuple(_values(builtin, given)))

    def _arguments(self) -> tuple[Token, ...]:
        if self._accept(")"):
            return ()
        arguments = self._separated(self._argument, ",")
        self.expect(")", "',' or ')'")
        return arguments

    def _argument(self) -> Token:
        if self._tokens[self._next].kind == "number":
            return self._take()
        return self.expect("quoted", "an argument in quotes")

    def _accept(self, kind: str) -> bool:
        if self._tokens[self._next].kind != kind:
            return False
        self._take()
        return True

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]


def _values(builtin: Builtin, given: Iterable[Token]) -> Iterable[Any]:
    for position, token in enumerate(given):
        text = token.text[1:-1] if token.kind == "quoted" else token.text
        try:
            yield builtin.readers[position](text)
        except Advised as error:
            problem = f"{builtin.name}: {error.problem}"
            raise ConditionError(problem, error.advice, token.offset) from error


def _unknown(name: Token) -> ConditionError:
    operator = _WORD_OPERATORS.get(name.text.lower())
    if operator:
        return ConditionError(f"{name} is not a builtin", f"write '{operator}'", name.offset)
    known = ["changed", *BUILTINS]
    hint = did_you_mean_or_one_of(name.text, known)
    return ConditionError(f"unknown builtin {name}", hint, name.offset)
