# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a ``when``: operators, names, and arguments.

An argument is quoted with ``'`` or ``"``, or is a bare number. Everything between quotes is
literal, backslashes included.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ...common.errors import Advised

#: Longer texts are cut in messages.
LONGEST_NAME = 40

_TOKEN = re.compile(
    r"\s+"
    r"|(?P<operator>&&|\|\||[!(),])"
    r"|(?P<quoted>'[^']*'|\"[^\"]*\")"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
)


class ConditionError(Advised):
    """An invalid ``when``. ``offset`` counts characters from 0."""

    def __init__(self, problem: str, advice: str, offset: int) -> None:
        super().__init__(problem, advice)
        self.offset = offset

    def __str__(self) -> str:
        return f"{self.message} (character {self.offset + 1})"


class Token(NamedTuple):
    """kind: ``quoted``, ``number``, ``name``, ``end``, or the operator itself."""

    kind: str
    text: str
    offset: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else _shortened(self.text)


def tokens(text: str) -> list[Token]:
    """Return the words of a condition, the last of kind ``end``. Raise ConditionError."""
    found = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _stray(text[position], position)
        kind = match.lastgroup
        if kind is not None:
            word = match.group()
            found.append(Token(word if kind == "operator" else kind, word, position))
        position = match.end()
    return [*found, Token("end", "", len(text))]


def _shortened(text: str) -> str:
    return repr(text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "...")


def _stray(character: str, offset: int) -> ConditionError:
    if character in "'\"":
        return ConditionError(f"the quote {character} is not closed", "close it", offset)
    if character in "&|":
        return ConditionError(
            f"{character!r} is not an operator", f"write '{character * 2}'", offset
        )
    return ConditionError(
        f"unexpected {character!r}",
        "write a builtin, '!', '&&', '||' or parentheses",
        offset,
    )
