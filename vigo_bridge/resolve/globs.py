# SPDX-License-Identifier: GPL-3.0-or-later
"""Globs over host names: `*` (also across dots), `?`, `[abc]`, `[a-z]`, `[!abc]`; case is free."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from itertools import takewhile

_PIECE = re.compile(r"\*+|\?|\[!?\]?[^\]]*\]|.", re.DOTALL)

#: No host name is longer (RFC 1035).
LONGEST_NAME = 255


def is_glob(text: str) -> bool:
    """Whether a text is a glob that some host name can match."""
    try:
        re.compile(_expressions(text))
    except re.error:
        return False
    return 0 < len(text) <= LONGEST_NAME


def glob_matches(glob: str, host: str) -> bool:
    return any_of((glob,)).fullmatch(host.casefold()) is not None


def any_of(globs: Iterable[str]) -> re.Pattern[str]:
    """What fully matches the casefolded names that one of the globs matches."""
    return _compiled(tuple(globs))


@cache
def _compiled(globs: tuple[str, ...]) -> re.Pattern[str]:
    expressions = (_expressions(glob) for glob in globs if is_glob(glob))
    return re.compile("|".join(expressions) or "(?!)", re.DOTALL)


def _expressions(glob: str) -> str:
    """Takes time linear in a name for each star: what follows a star is taken where it stands
    first, and never sought again."""
    first, *others = _between_stars(glob)
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>.*?{part})" for part in middle) + f".*{last}"


def _between_stars(glob: str) -> list[str]:
    parts = [""]
    for piece in _pieces(glob):
        if piece.startswith("*"):
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


def literal_ends(glob: str) -> tuple[str, str]:
    """Return the text before the first `*`, `?` or set of a glob, and that after the last one.

    A glob can be covered only by one whose ends are the beginning and the end of these.
    """
    pieces = _pieces(glob)
    return _literal(pieces), _literal(pieces[::-1])[::-1]


def _literal(pieces: Iterable[str]) -> str:
    return "".join(takewhile(lambda piece: len(piece) == 1 and piece not in "*?", pieces))


def _pieces(glob: str) -> list[str]:
    return _PIECE.findall(glob.casefold())


def glob_covers(wide: str, narrow: str) -> bool:
    """Whether every host that `narrow` matches is matched by `wide`.

    May say no where it is so (sets of characters are only compared for equality), never yes
    where it is not.
    """
    return (
        is_glob(wide) and is_glob(narrow) and _covers(tuple(_pieces(wide)), tuple(_pieces(narrow)))
    )


@cache
def _covers(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    if not wide:
        return not narrow
    first = wide[0]
    if first.startswith("*"):
        return _covers(wide[1:], narrow) or (bool(narrow) and _covers(wide, narrow[1:]))
    if not narrow or narrow[0].startswith("*"):
        return False
    return _covers_character(first, narrow[0]) and _covers(wide[1:], narrow[1:])


def _covers_character(wide: str, narrow: str) -> bool:
    if wide in ("?", narrow):
        return True
    is_set = len(wide) > 1
    return is_set and len(narrow) == 1 and narrow != "?" and glob_matches(wide, narrow)
