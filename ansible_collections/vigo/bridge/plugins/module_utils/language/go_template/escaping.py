# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text made safe for HTML, JavaScript and URLs."""

from __future__ import annotations

import re
from urllib.parse import quote_plus

from .values import utf8

_HTML = str.maketrans(
    {
        "\0": "\ufffd",
        '"': "&#34;",
        "'": "&#39;",
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
    }
)
_JAVASCRIPT = {
    "\\": "\\\\",
    "'": "\\'",
    '"': '\\"',
    "<": "\\u003C",
    ">": "\\u003E",
    "&": "\\u0026",
    "=": "\\u003D",
}


def escape_html(text: str) -> str:
    return text.translate(_HTML)


# What may need an escape: all that is no printable character of ASCII is asked one by one.
_SPECIAL = re.compile(r"""[\\'"<>&=]|[^ -\x7f]""")


def escape_javascript(text: str) -> str:
    return _SPECIAL.sub(lambda match: _javascript_character(match.group()), text)


def _javascript_character(character: str) -> str:
    if character in _JAVASCRIPT:
        return _JAVASCRIPT[character]
    code = ord(character)
    if code < 32:
        return f"\\u00{code:02X}"
    is_lone_byte = 0xDC80 <= code <= 0xDCFF
    if code < 128 or character.isprintable() or is_lone_byte:
        return character
    return f"\\u{code:04X}"


def escape_url(text: str) -> str:
    return quote_plus(utf8(text), safe="~")
