# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables in texts with the syntax of Compose: ``$NAME``, ``${NAME}``, ``${NAME:-default}``,
``$$``.
"""

from __future__ import annotations

import re
from typing import Callable, Union

from ..common.dataclass import dataclass

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")
#: The limit of a resolved value, in characters: values that contain others twice grow
#: exponentially.
LARGEST = 1 << 20
_DEEPEST = 20
_SHOWN = 20

#: A variable's value, or None if it is not set.
LookUp = Callable[[str], "str | None"]


class InvalidVariable(Exception):
    """A text after ``${`` is not a variable, or a required variable is not set.

    shown: the text at that place, which the message does not quote.
    """

    def __init__(self, message: str, shown: str = "") -> None:
        super().__init__(message)
        self.shown = shown


@dataclass(frozen=True)
class Variable:
    """One use. operator: ``-``, ``?`` or ``+``, with ``:`` before it where empty is as unset."""

    name: str
    operator: str = ""
    argument: tuple[Piece, ...] = ()


Piece = Union[str, Variable]


def pieces(text: str) -> tuple[Piece, ...]:
    """Return a text's literal parts and variables. Raise InvalidVariable.

    A ``$`` that begins no name is literal, as in Compose.
    """
    found, _end = _read(text, 0, "", 0)
    return found


def resolved(text: str, look_up: LookUp) -> str:
    """Return a text with the values of its variables, empty if unset. Raise InvalidVariable."""
    return _joined(pieces(text), look_up)


def _joined(found: tuple[Piece, ...], look_up: LookUp) -> str:
    parts: list[str] = []
    size = 0
    for piece in found:
        part = piece if isinstance(piece, str) else _value(piece, look_up)
        size += len(part)
        if size > LARGEST:
            raise InvalidVariable("with its variables replaced, the value exceeds 1 MiB")
        parts.append(part)
    return "".join(parts)


def _value(variable: Variable, look_up: LookUp) -> str:
    value = look_up(variable.name)
    counts = value is not None and (value != "" or not variable.operator.startswith(":"))
    kind = variable.operator[-1:]
    if kind == "+":
        return _joined(variable.argument, look_up) if counts else ""
    if kind == "-" and not counts:
        return _joined(variable.argument, look_up)
    if kind == "?" and not counts:
        raise InvalidVariable("{0} must be set".format(variable.name))
    return value or ""


def _read(text: str, at: int, end: str, depth: int) -> tuple[tuple[Piece, ...], int]:
    """Return the pieces up to the end of the text, or up to the closing brace, and its position."""
    found: list[Piece] = []
    begin = at
    while at < len(text) and text[at] != end:
        at = _next(text, at, end)
        if at >= len(text) or text[at] == end:
            break
        found.append(text[begin:at])
        piece, at = _after_dollar(text, at, depth)
        found.append(piece)
        begin = at
    found.append(text[begin:at])
    return tuple(piece for piece in found if piece != ""), at


def _next(text: str, at: int, end: str) -> int:
    """Return the position of the next dollar sign, or of the end."""
    dollar = text.find("$", at)
    close = text.find(end, at) if end else -1
    known = [place for place in (dollar, close) if place >= 0]
    return min(known) if known else len(text)


def _after_dollar(text: str, at: int, depth: int) -> tuple[Piece, int]:
    if text.startswith("$$", at):
        return "$", at + 2
    is_braced = text.startswith("${", at)
    name = _NAME.match(text, at + 1 + is_braced)
    if not is_braced:
        return (Variable(name.group()), name.end()) if name else ("$", at + 1)
    if name is None or depth >= _DEEPEST:
        raise _invalid(text, at)
    operator = _OPERATOR.match(text, name.end())
    argument: tuple[Piece, ...] = ()
    close = name.end()
    if operator:
        argument, close = _read(text, operator.end(), "}", depth + 1)
    if not text.startswith("}", close) or "\n" in text[at:close]:
        raise _invalid(text, at)
    return Variable(name.group(), operator.group() if operator else "", argument), close + 1


def _invalid(text: str, at: int) -> InvalidVariable:
    return InvalidVariable("invalid variable after ${", text[at : at + _SHOWN])
