# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes of a parsed template. Offsets count characters of the template's text."""

from __future__ import annotations

from typing import Any, Dict, Generic, List, Mapping, Optional, Tuple, TypeVar, Union

from ...common.dataclass import dataclass


@dataclass(frozen=True)
class Literal:
    """A string, number or truth value."""

    value: Any
    offset: int
    written: str


@dataclass(frozen=True)
class Nil:
    offset: int


@dataclass(frozen=True)
class Dot:
    offset: int


@dataclass(frozen=True)
class Field:
    """``.Vars.port``: names looked up one after the other, from the dot."""

    names: Tuple[str, ...]
    offset: int


@dataclass(frozen=True)
class Variable:
    """``$x.port``: a variable (``name`` has its ``$``) and names looked up from it."""

    name: str
    names: Tuple[str, ...]
    offset: int


@dataclass(frozen=True)
class Function:
    """The name of a function in the place of a value or a call."""

    name: str
    offset: int


@dataclass(frozen=True)
class Chain:
    """``(pipeline).port``: names looked up from any operand."""

    operand: "Operand"
    names: Tuple[str, ...]
    offset: int


@dataclass(frozen=True)
class Command:
    """Operands side by side: a call, or a single value. Never empty."""

    operands: Tuple["Operand", ...]
    offset: int


@dataclass(frozen=True)
class Pipeline:
    """``$a, $b := command | command``. ``assigns`` is true for ``=``, false for ``:=``."""

    variables: Tuple[str, ...]
    assigns: bool
    commands: Tuple[Command, ...]
    offset: int


Operand = Union[Literal, Nil, Dot, Field, Variable, Function, Chain, Pipeline]


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Output:
    """An action that prints the value of its pipeline, unless the pipeline sets variables."""

    pipeline: Pipeline


@dataclass(frozen=True)
class Branch:
    condition: Pipeline
    body: "Body"


@dataclass(frozen=True)
class If:
    """The branches of ``if`` and its ``else if``, in order, and the ``else``."""

    branches: Tuple[Branch, ...]
    otherwise: Optional["Body"]
    offset: int


@dataclass(frozen=True)
class With:
    pipeline: Pipeline
    body: "Body"
    otherwise: Optional["Body"]
    offset: int


@dataclass(frozen=True)
class Range:
    pipeline: Pipeline
    body: "Body"
    otherwise: Optional["Body"]
    offset: int


@dataclass(frozen=True)
class Break:
    offset: int


@dataclass(frozen=True)
class Continue:
    offset: int


@dataclass(frozen=True)
class Call:
    """``{{template "name" pipeline}}``, or the same as a ``block``."""

    name: str
    pipeline: Optional[Pipeline]
    offset: int


Node = Union[Text, Output, If, With, Range, Break, Continue, Call]
Body = Tuple[Node, ...]


@dataclass(frozen=True)
class Tree:
    """A whole template: its own body and those of its ``define`` and ``block``."""

    body: Body
    definitions: Mapping[str, Body]


Value = TypeVar("Value")


class Variables(Generic[Value]):
    """The variables in scope at a point of a template, each with a value."""

    def __init__(self) -> None:
        self._values: Dict[str, List[Value]] = {}
        self._declared: List[str] = []

    def declare(self, name: str, value: Value) -> None:
        self._values.setdefault(name, []).append(value)
        self._declared.append(name)

    def assign(self, name: str, value: Value) -> bool:
        """Set a variable. Return False if there is none with that name."""
        stack = self._values.get(name)
        if not stack:
            return False
        stack[-1] = value
        return True

    def knows(self, name: str) -> bool:
        return bool(self._values.get(name))

    def value(self, name: str) -> Value:
        return self._values[name][-1]

    def mark(self) -> int:
        """Return a mark for the beginning of a block, whose end drops variables declared since."""
        return len(self._declared)

    def forget_since(self, mark: int) -> None:
        while len(self._declared) > mark:
            self._values[self._declared.pop()].pop()
