# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the actions of a text, and cuts each into tokens, by the rules of text/template."""

from __future__ import annotations

import re
from typing import Iterable, Iterator, List, NamedTuple, Optional, Tuple, Union

from ...common.dataclass import dataclass
from .errors import CLOSE, OPEN, Fault
from .strconv import NUMBER_ADVICE

KEYWORDS = frozenset(
    (
        "block",
        "break",
        "continue",
        "define",
        "else",
        "end",
        "if",
        "nil",
        "range",
        "template",
        "with",
    )
)

_LEADING_KEYWORDS = KEYWORDS - {"nil"}

# The kinds of token. A keyword's kind is the keyword itself.
ASSIGN = "="
BOOL = "bool"
COMMA = ","
COMPLEX = "complex"
CONSTANT = "character"
DECLARE = ":="
DOT = "."
FIELD = "field"
IDENTIFIER = "identifier"
LEFT_PAREN = "("
NIL = "nil"
NUMBER = "number"
PIPE = "|"
RAW_STRING = "raw string"
RIGHT_PAREN = ")"
STRING = "string"
VARIABLE = "variable"
END_OF_ACTION = "end of action"

LITERALS = frozenset({BOOL, COMPLEX, CONSTANT, NIL, NUMBER, RAW_STRING, STRING})

_SPACE = re.compile(r"[ \t\r\n]+")
_WORD = re.compile(r"\w+")
_QUOTED = {
    '"': re.compile(r'"(?:[^"\\\n]|\\[^\n])*"'),
    "'": re.compile(r"'(?:[^'\\\n]|\\[^\n])*'"),
    "`": re.compile(r"`[^`]*`"),
}
_QUOTED_KIND = {
    '"': (STRING, "unterminated quoted string"),
    "'": (CONSTANT, "unterminated character constant"),
    "`": (RAW_STRING, "unterminated raw quoted string"),
}
_CLOSE_QUOTE = "close the quote, in the same line for \" and '"
_COMMENT = "write /* and */ directly inside the braces"
COMPARE_OR_SET = "use eq to compare, := to set"
TAKE_OUT = "remove it, or quote it"
_BAD_CHARACTERS = {"[": "write index: {{ index .Vars.list 0 }}", "=": COMPARE_OR_SET}
_NUMBER = re.compile(
    r"""[+-]?(?:
      0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?
    | 0[oO][0-7_]*(?:\.[0-7_]*)?
    | 0[bB][01_]*(?:\.[01_]*)?
    | [0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?
    )i?""",
    re.VERBOSE,
)
_CLOSE_TRIMMING = re.compile(r"[ \t\r\n]-\}\}")
_AFTER_WORD = frozenset(" \t\r\n.,|:)(")


class Token(NamedTuple):
    """One token. ``spaced`` says whether there is white space before it."""

    kind: str
    text: str
    offset: int
    spaced: bool


class Action(NamedTuple):
    """Everything from ``{{`` to ``}}``.

    ``keyword`` is what it begins with, such as ``if``, or an empty text. ``start`` and ``end``
    are offsets of the whole action in the text. ``trims_before`` and ``trims_after`` say
    whether it has the markers ``{{-`` and ``-}}``. A comment has no tokens; everything else
    ends with a token of the kind ``END_OF_ACTION``.
    """

    keyword: str
    tokens: Tuple[Token, ...]
    start: int
    end: int
    trims_before: bool
    trims_after: bool

    @property
    def is_comment(self) -> bool:
        return not self.tokens


class LexFault(Fault):
    """The characters after ``{{`` are not an action; ``offset`` is where that was detected."""

    def __init__(self, message: str, offset: int, advice: str) -> None:
        super().__init__(message, advice)
        self.offset = offset


class NextOccurrence:
    """Finds a mark in a text. Positions must only increase, so that the text is searched only
    once.
    """

    def __init__(self, text: str, mark: str) -> None:
        self._text = text
        self._mark = mark
        self._found = -2

    def at_or_after(self, position: int) -> int:
        """Return the position of the next mark, or -1."""
        if self._found != -1 and self._found < position:
            self._found = self._text.find(self._mark, position)
        return self._found


def lex_action(text: str, start: int, comment_ends: NextOccurrence) -> Action:
    """Read the action whose ``{{`` is at ``start``. Raise ``LexFault``.

    ``comment_ends`` finds ``*/`` in the same text.
    """
    position = start + len(OPEN)
    trims_before = text.startswith("-", position) and text[position + 1 : position + 2] in (
        " ",
        "\t",
        "\r",
        "\n",
    )
    after_marker = position + 2 if trims_before else position
    if text.startswith("/*", after_marker):
        return _lex_comment(text, start, comment_ends.at_or_after(after_marker + 2), trims_before)
    tokens: List[Token] = []
    position = after_marker
    depth = 0
    while True:
        space = _SPACE.match(text, position)
        spaced = space is not None
        trims_after = False
        if space is not None:
            position = space.end()
            trims_after = text.startswith("-}}", position)
        if trims_after or text.startswith(CLOSE, position):
            if depth:
                raise LexFault("unclosed left paren", position, "add the missing )")
            tokens.append(Token(END_OF_ACTION, CLOSE, position, spaced))
            end = position + (3 if trims_after else 2)
            keyword = tokens[0].kind if tokens[0].kind in _LEADING_KEYWORDS else ""
            return Action(keyword, tuple(tokens), start, end, trims_before, trims_after)
        if position >= len(text):
            raise LexFault("unclosed action", start, "add }} after it")
        token = _lex_token(text, position, spaced)
        tokens.append(token)
        position += len(token.text)
        if token.kind == LEFT_PAREN:
            depth += 1
        elif token.kind == RIGHT_PAREN:
            depth -= 1
            if depth < 0:
                raise LexFault(
                    "unexpected right paren",
                    token.offset,
                    "remove it, or add the missing (",
                )


def _lex_comment(text: str, start: int, closing: int, trims_before: bool) -> Action:
    if closing < 0:
        raise LexFault("unclosed comment", start, _COMMENT)
    end = closing + 2
    trims_after = _CLOSE_TRIMMING.match(text, end) is not None
    if not trims_after and not text.startswith(CLOSE, end):
        raise LexFault("comment ends before closing delimiter", end, _COMMENT)
    return Action("", (), start, end + (4 if trims_after else 2), trims_before, trims_after)


def _lex_token(text: str, position: int, spaced: bool) -> Token:
    first = text[position]
    if first == "." or first == "$":
        following = text[position + 1 : position + 2]
        if first == "$" or following not in "0123456789" or not following:
            return _lex_chain_part(text, position, spaced)
    if first in _QUOTED:
        kind, complaint = _QUOTED_KIND[first]
        quoted = _QUOTED[first].match(text, position)
        if quoted is None:
            raise LexFault(complaint, position, _CLOSE_QUOTE)
        return Token(kind, quoted.group(), position, spaced)
    if first in "+-.0123456789":
        return _lex_number(text, position, spaced)
    if first == ":":
        if not text.startswith(DECLARE, position):
            raise LexFault("expected :=", position, "write {{ $name := value }}")
        return Token(DECLARE, DECLARE, position, spaced)
    for kind in (ASSIGN, PIPE, LEFT_PAREN, RIGHT_PAREN):
        if first == kind:
            return Token(kind, first, position, spaced)
    word = _word_at(text, position)
    if word:
        return _lex_word(text, position, word, spaced)
    if first == ",":
        return Token(COMMA, first, position, spaced)
    raise LexFault(f"unexpected {first!r} in action", position, TAKE_OUT)


def _lex_chain_part(text: str, position: int, spaced: bool) -> Token:
    """Return a ``.``, ``.Field``, ``$`` or ``$variable``."""
    is_field = text[position] == "."
    word = _word_at(text, position + 1)
    _require_end_of_word(text, position + 1 + len(word))
    if not word and is_field:
        return Token(DOT, ".", position, spaced)
    kind = FIELD if is_field else VARIABLE
    return Token(kind, text[position : position + 1 + len(word)], position, spaced)


def _lex_word(text: str, position: int, word: str, spaced: bool) -> Token:
    _require_end_of_word(text, position + len(word))
    if word in KEYWORDS:
        return Token(word, word, position, spaced)
    kind = BOOL if word in ("true", "false") else IDENTIFIER
    return Token(kind, word, position, spaced)


def _lex_number(text: str, position: int, spaced: bool) -> Token:
    end = _number_end(text, position)
    kind = NUMBER
    if text[end : end + 1] in ("+", "-"):
        end = _number_end(text, end)
        if text[end - 1] != "i":
            raise LexFault(f'bad number syntax: "{text[position:end]}"', position, NUMBER_ADVICE)
        kind = COMPLEX
    return Token(kind, text[position:end], position, spaced)


def _number_end(text: str, position: int) -> int:
    number = _NUMBER.match(text, position)
    end = number.end() if number else position
    if _word_at(text, end):
        raise LexFault(f'bad number syntax: "{text[position : end + 1]}"', position, NUMBER_ADVICE)
    return end


def _word_at(text: str, position: int) -> str:
    """Return the letters, decimal digits and underscores at a position.

    Python's ``\\w`` also matches numerals such as a superscript two, Go does not.
    """
    found = _WORD.match(text, position)
    if found is None:
        return ""
    word = found.group()
    if word.isascii():
        return word
    for index, character in enumerate(word):
        if not (character == "_" or character.isalpha() or character.isdecimal()):
            return word[:index]
    return word


def _require_end_of_word(text: str, position: int) -> None:
    following: Optional[str] = text[position : position + 1]
    if following and following not in _AFTER_WORD and not text.startswith(CLOSE, position):
        advice = _BAD_CHARACTERS.get(following, "write it in quotes")
        raise LexFault(f"bad character {following!r}", position, advice)


_BLANKS = " \t\r\n"


@dataclass(frozen=True)
class Unreadable:
    """A ``{{`` that does not begin an action of Go, up to its ``}}`` or, without one, just the
    braces. ``reach`` is the probable end of the intended action.
    """

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
    """Yield the parts of a text in order: plain text, actions, and text that only looks like an
    action.
    """
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


def trimmed(parts: Iterable[Piece]) -> Iterator[Piece]:
    """Yield the actions without comments, and the texts between them, trimmed according to the
    actions' markers.
    """
    texts: List[str] = []
    trims_start = False
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        text = "".join(texts)
        texts.clear()
        if trims_start:
            text = text.lstrip(_BLANKS)
        if part.trims_before:
            text = text.rstrip(_BLANKS)
        if text:
            yield text
        if not part.is_comment:
            yield part
        trims_start = part.trims_after
    text = "".join(texts)
    if trims_start:
        text = text.lstrip(_BLANKS)
    if text:
        yield text
