# SPDX-License-Identifier: GPL-3.0-or-later
"""Globs over host names: `*` (also across dots), `?`, `[abc]`, `[a-z]`, `[!abc]`; case is
ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

_PIECE = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)

#: The longest host name (RFC 1035).
LONGEST_NAME = 255


def is_glob(text: str) -> bool:
    """Return whether a text is a glob that some host name can match."""
    try:
        re.compile(_expressions(text))
    except re.error:
        return False
    return 0 < len(text) <= LONGEST_NAME


def glob_matches(glob: str, host: str) -> bool:
    return any_of((glob,)).fullmatch(host.casefold()) is not None


def any_of(globs: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that matches the casefolded names that one of the globs matches."""
    return _compiled(tuple(globs))


@cache
def _compiled(globs: tuple[str, ...]) -> re.Pattern[str]:
    expressions = (_expressions(glob) for glob in globs if is_glob(glob))
    return re.compile("|".join(expressions) or "(?!)", re.DOTALL)


def _expressions(glob: str) -> str:
    """Return a regular expression that takes time linear in a name for each star.

    The text after a star is matched at its first occurrence only.
    """
    first, *others = _between_stars(glob)
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>.*?{part})" for part in middle) + f".*{last}"


def _between_stars(glob: str) -> list[str]:
    parts = [""]
    for piece in pieces(glob):
        if piece == "*":
            parts.append("")
        else:
            parts[-1] += _expression(piece)
    return parts


def _expression(piece: str) -> str:
    if piece == "?":
        return "."
    if len(piece) > 1:
        negation = "^" if piece.startswith("[!") else ""
        members = piece[1 + len(negation) : -1].replace("\\", "\\\\").replace("^", "\\^")
        members = members.replace("[", "\\[").replace("]", "\\]")
        return f"[{negation}{members}]"
    return re.escape(piece)


def pieces(glob: str) -> list[str]:
    """Return the pieces of a glob in lower case: `*`, `?`, a set such as `[a-z]`, or a letter."""
    return ["*" if piece.startswith("*") else piece for piece in _PIECE.findall(glob.casefold())]
