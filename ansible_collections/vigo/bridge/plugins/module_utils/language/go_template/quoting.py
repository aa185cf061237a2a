# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts and characters as Go writes them in its own source."""

from __future__ import annotations

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
}


def quoted(text: str, ascii_only: bool = False) -> str:
    """A text in double quotes; what cannot be printed is escaped."""
    return '"' + "".join(_escaped(character, '"', ascii_only) for character in text) + '"'


def quoted_character(code: int, ascii_only: bool = False) -> str:
    """A character in single quotes."""
    return "'" + _escaped(character_of(code), "'", ascii_only) + "'"


def character_of(code: int) -> str:
    """The character of a code point; U+FFFD where there is none."""
    if 0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
        return chr(code)
    return "\ufffd"


def can_be_raw(text: str) -> bool:
    """Whether a text can stand unchanged between back quotes on one line."""
    return not any(
        (character < " " and character != "\t")
        or character in "`\x7f\ufeff"
        or "\ud800" <= character <= "\udfff"
        for character in text
    )


def _escaped(character: str, quote: str, ascii_only: bool) -> str:
    if character == quote:
        return "\\" + character
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable() and not (ascii_only and code > 126):
        return character
    if code < 32 or code == 127:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
