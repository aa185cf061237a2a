# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decodes escapes of single characters, each kind of escape separately."""

from __future__ import annotations

import re
from typing import Match, Optional

from .view import View, replaced

_HEX = rb"[0-9a-fA-F]"
_BACKSLASH = re.compile(
    rb"\\(?:"
    rb"u(?P<high>[dD][89abAB]%(hex)s{2})\\u(?P<low>[dD][c-fC-F]%(hex)s{2})"
    rb"|u(?P<unit>%(hex)s{4})|u\{(?P<braced>%(hex)s{1,6})\}|U(?P<long>%(hex)s{8})"
    rb"|x(?P<byte>%(hex)s{2})|(?P<octal>[0-7]{1,3})|(?P<line>\r?\n)|(?P<other>.))" % {b"hex": _HEX},
    re.DOTALL,
)
_BEYOND_ASCII = re.compile(rb"\\x[89a-fA-F]")
_LETTERS = dict(zip(b"abefnrtv", b"\a\b\x1b\f\n\r\t\v"))
_PERCENT = re.compile(rb"%%(?:u(%(hex)s{4})|(%(hex)s{2}))" % {b"hex": _HEX})
_FORM = re.compile(_PERCENT.pattern + rb"|\+")
_ENTITY = re.compile(rb"&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));")
_QUOTES = re.compile(rb"'\\''|'\"'\"'|''|\"\"|\$\$|%%")
#: A line break, with indentation, inside what could be one encoded text.
_BREAK = re.compile(rb"(?<=[A-Za-z0-9+/=_-])[ \t]*\r?\n[ \t]*(?=[A-Za-z0-9+/=_-])")


def backslashes(view: View) -> Optional[View]:
    r"""Decode JSON, C, Python, bash's ``printf %q`` and ``$'...'``; ``\xNN`` is a byte."""
    return replaced(view, _BACKSLASH, _backslash) if b"\\" in view.data else None


def backslashes_of_characters(view: View) -> Optional[View]:
    r"""Decode the same where ``\xNN`` is a character, as in JavaScript and in Python's texts."""
    if not _BEYOND_ASCII.search(view.data):
        return None
    return replaced(view, _BACKSLASH, _backslash_of_character)


def percents(view: View) -> Optional[View]:
    """Decode URLs, whichever characters are escaped."""
    return replaced(view, _PERCENT, _percent) if b"%" in view.data else None


def forms(view: View) -> Optional[View]:
    """Decode HTML forms: URLs with ``+`` for a space."""
    return replaced(view, _FORM, _percent) if b"+" in view.data else None


def entities(view: View) -> Optional[View]:
    """Decode HTML and XML."""
    return replaced(view, _ENTITY, _entity) if b"&" in view.data else None


def quotes(view: View) -> Optional[View]:
    """Decode quotes inside quotes: of shells, and doubled as in SQL, YAML and CSV.

    Also doubled ``$`` and ``%``.
    """
    return replaced(view, _QUOTES, lambda match: match.group()[:1])


def line_breaks(view: View) -> Optional[View]:
    """Join encoded text that was wrapped, at any width."""
    return replaced(view, _BREAK, lambda match: b"") if b"\n" in view.data else None


def _backslash(match: Match[bytes]) -> Optional[bytes]:
    kind, text = str(match.lastgroup), match.group(match.lastgroup or 0)
    if kind == "low":
        high, low = (int(match.group(name), 16) & 0x3FF for name in ("high", "low"))
        return _character(0x10000 + (high << 10 | low))
    if kind in ("unit", "braced", "long"):
        return _character(int(text, 16))
    if kind == "byte":
        return bytes((int(text, 16),))
    if kind == "octal":
        return bytes((int(text, 8) & 0xFF,))
    return b"" if kind == "line" else bytes((_LETTERS.get(text[0], text[0]),))


def _backslash_of_character(match: Match[bytes]) -> Optional[bytes]:
    byte = match.group("byte")
    return _character(int(byte, 16)) if byte else _backslash(match)


def _percent(match: Match[bytes]) -> Optional[bytes]:
    unit, byte = match.groups()
    if unit:
        return _character(int(unit, 16))
    return bytes((int(byte, 16),)) if byte else b" "


def _entity(match: Match[bytes]) -> Optional[bytes]:
    decimal, hexadecimal, name = match.groups()
    if name is None:
        return _character(int(decimal) if decimal else int(hexadecimal, 16))
    from html.entities import html5  # few outputs have any

    known = html5.get(f"{name.decode()};")
    return known.encode() if known else None


def _character(number: int) -> Optional[bytes]:
    return chr(number).encode("utf-8", "surrogatepass") if number < 0x110000 else None
