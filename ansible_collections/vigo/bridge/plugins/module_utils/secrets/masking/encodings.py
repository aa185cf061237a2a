# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decodes everything that could be base64 or hexadecimal digits, at any offset."""

from __future__ import annotations

import binascii
import re
from typing import Iterator

from .view import View

_BASE64 = re.compile(rb"([A-Za-z0-9+/]{6,})(={0,2})")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_HEXADECIMAL = re.compile(rb"(?:[0-9a-fA-F][ :-]?){9,}[0-9a-fA-F]")
_NO_DIGITS = b" :-"
#: Separates encoded texts in a view, so that a match does not span two of them.
_BETWEEN = b"\n"


def base64_texts(view: View) -> Iterator[View]:
    """Yield a view for each of four offsets at which an encoded text may begin."""
    data = view.data.translate(_URL_SAFE)
    runs = [(match.start(), match.group(1), match.end()) for match in _BASE64.finditer(data)]
    for offset in range(4):
        found = View(parent=view)
        for start, run, end in runs:
            text = run[offset:]
            usable = len(text) - (len(text) % 4 == 1)
            decoded = binascii.a2b_base64(text[:usable] + b"=" * (-usable % 4))
            first = start + offset
            padded = data.startswith(b"=", end - 1)
            if padded:  # it belongs to the last byte
                found.add(decoded[:-1], first, end, 4, 3)
                decoded, first = decoded[-1:], first + (len(decoded) - 1) * 4 // 3
                found.add(decoded + _BETWEEN, first, end)
            else:
                found.add(decoded + _BETWEEN, first, end, 4, 3)
        if found.finished():
            yield found


def hexadecimal_texts(view: View) -> Iterator[View]:
    """Yield two views, as a text may begin after an even or odd number of other digits."""
    runs = [(match.start(), match.group()) for match in _HEXADECIMAL.finditer(view.data)]
    for offset in range(2) if runs else ():
        found = View(parent=view)
        for start, run in runs:
            digits = [at for at, digit in enumerate(run) if digit not in _NO_DIGITS][offset:]
            values = binascii.unhexlify(bytes(run[at] for at in digits[: len(digits) // 2 * 2]))
            for number, value in enumerate(values):
                first, last = digits[2 * number], digits[2 * number + 1]
                found.add(bytes((value,)), start + first, start + last + 1)
            found.add(_BETWEEN, start + len(run), start + len(run))
        if found.finished():
            yield found
