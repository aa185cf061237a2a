# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the actions of a text, and trims the white space that they ask to have trimmed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator, List, Union

from .delimiters import CLOSE, OPEN
from .lexer import Action, LexFault, NextOccurrence, lex_action

_SPACE = " \t\r\n"


@dataclass(frozen=True)
class Unreadable:
    """A ``{{`` that begins no action of Go, up to its ``}}`` or, where there is none, just
    these braces. ``reach`` is how far the action was probably meant to go."""

    start: int
    end: int
    reach: int
    fault: LexFault

    @property
    def is_closed(self) -> bool:
        return self.reach == self.end


Part = Union[str, Action, Unreadable]
Piece = Union[str, Action]


def parts_of(text: str) -> Iterator[Part]:
    """All of a text, in order: plain stretches, actions, and what only looks like one."""
    openings, closings = NextOccurrence(text, OPEN), NextOccurrence(text, CLOSE)
    comment_ends = NextOccurrence(text, "*/")
    position = 0
    while True:
        start = openings.at_or_after(position)
        if start < 0:
            yield text[position:]
            return
        yield text[position:start]
        try:
            action = lex_action(text, start, comment_ends)
            yield action
            position = action.end
        except LexFault as fault:
            part = _unreadable(text, start, openings, closings, fault)
            yield part
            position = part.end


def _unreadable(
    text: str, start: int, openings: NextOccurrence, closings: NextOccurrence, fault: LexFault
) -> Unreadable:
    beginning = start + len(OPEN)
    while text.startswith("{", beginning):
        beginning += 1
    closing = closings.at_or_after(beginning)
    opening = openings.at_or_after(beginning)
    if closing >= 0 and not 0 <= opening < closing:
        return Unreadable(start, closing + len(CLOSE), closing + len(CLOSE), fault)
    reach = opening
    if reach < 0:
        reach = text.find("\n", beginning)
    return Unreadable(start, beginning, reach if reach >= 0 else len(text), fault)


def strict_pieces(text: str) -> Iterator[Piece]:
    """The pieces of a text in which everything between braces is meant; raises ``LexFault``."""

    def strict_parts() -> Iterator[Piece]:
        for part in parts_of(text):
            if isinstance(part, Unreadable):
                raise part.fault
            yield part

    return trimmed(strict_parts())


def trimmed(parts: Iterable[Piece]) -> Iterator[Piece]:
    """The texts as the actions beside them leave them, and the actions, without comments."""
    texts: List[str] = []
    trims_start = False
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        text = "".join(texts)
        texts.clear()
        if trims_start:
            text = text.lstrip(_SPACE)
        if part.trims_before:
            text = text.rstrip(_SPACE)
        if text:
            yield text
        if not part.is_comment:
            yield part
        trims_start = part.trims_after
    text = "".join(texts)
    if trims_start:
        text = text.lstrip(_SPACE)
    if text:
        yield text
