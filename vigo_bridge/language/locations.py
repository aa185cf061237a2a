# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts an offset in a scalar's text to a line and column of the file.

A scalar's text differs from the text in the file only in whitespace (folding, indentation) and
quoting. So the n-th visible character of the text is also the n-th in the file.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import lru_cache

from vigo_bridge.language.position import Position

_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_ESCAPE = re.compile(r"\\(?:x(..)|u(....)|U(........)|(.))", re.DOTALL)
_UNSEEN_ESCAPES = frozenset("tnrvf\t \n_NLP")


def locate(written: str, style: str, text: str, offset: int, start: Position) -> Position:
    """Return the position of `text[offset]`.

    written: the scalar as the file has it, from its first character. style: the YAML indicator of
    its style (`'`, `"`, `|`, `>`, or nothing).
    """
    rank = bisect_left(_places_in_text(text), offset)
    places = _places_in_file(written, style)
    return advance(written, places[min(rank, len(places) - 1)] if places else 0, start)


# The positions of visible characters and lines are cached, because a long text may have many
# findings.


@lru_cache(maxsize=16)
def _places_in_text(text: str) -> array[int]:
    return array("L", (at for at, char in enumerate(text) if not char.isspace()))


@lru_cache(maxsize=16)
def _places_in_file(written: str, style: str) -> array[int]:
    return array("L", _visible(written, style))


@lru_cache(maxsize=16)
def _line_starts(written: str) -> array[int]:
    return array("L", (match.end() for match in _LINE_BREAK.finditer(written)))


def _visible(written: str, style: str) -> Iterator[int]:
    """Yield the offset in the written scalar of each visible character of the text."""
    if style in ("|", ">"):
        header = _LINE_BREAK.search(written)
        first = header.end() if header else len(written)
        return (first + at for at, char in enumerate(written[first:]) if not char.isspace())
    if style == '"':
        return _double_quoted(written)
    if style == "'":
        return _single_quoted(written)
    return (at for at, char in enumerate(written) if not char.isspace())


def _double_quoted(written: str) -> Iterator[int]:
    at = 1
    while at < len(written) - 1:
        escape = _ESCAPE.match(written, at)
        if escape is None:
            if not written[at].isspace():
                yield at
            at += 1
            continue
        if escape[4] not in _UNSEEN_ESCAPES and not _escapes_space(escape):
            yield at
        at = escape.end()


def _escapes_space(escape: re.Match[str]) -> bool:
    code = escape[1] or escape[2] or escape[3]
    return code is not None and chr(int(code, 16)).isspace()


def _single_quoted(written: str) -> Iterator[int]:
    at = 1
    while at < len(written) - 1:
        if not written[at].isspace():
            yield at
        at += 2 if written.startswith("''", at) else 1


def advance(written: str, place: int, start: Position) -> Position:
    """Return the position of `written[place]`, where `start` is that of `written[0]`."""
    starts = _line_starts(written)
    lines = bisect_right(starts, place)
    if not lines:
        return Position(start.file, start.line, start.column + place)
    return Position(start.file, start.line + lines, place - starts[lines - 1] + 1)
