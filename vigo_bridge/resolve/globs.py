# SPDX-License-Identifier: GPL-3.0-or-later
"""Globs over host names: `*` (also across dots), `?`, `[abc]`, `[a-z]`, `[!abc]`; case is free."""

from __future__ import annotations

import re
from functools import cache

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
    return _compiled(glob).fullmatch(host.casefold()) is not None


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(_expressions(glob) if is_glob(glob) else "(?!)", re.DOTALL)


def _expressions(glob: str) -> str:
    return "".join(_expression(piece) for piece in _pieces(glob))


def _expression(piece: str) -> str:
    if piece.startswith("*"):
        return ".*"
    if piece == "?":
        return "."
    if len(piece) > 1:
        negation = "^" if piece.startswith("[!") else ""
        members = piece[1 + len(negation) : -1].replace("\\", "\\\\").replace("^", "\\^")
        members = members.replace("[", "\\[").replace("]", "\\]")
        return f"[{negation}{members}]"
    return re.escape(piece)


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
