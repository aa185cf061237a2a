# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks secrets in what programs print, in the forms in which programs print them.

What was printed is decoded in the ways that programs encode, one after the other, and the secrets
are searched for in each decoded view. What is found there is masked in what was printed. So it does
not matter which characters a program escapes, or at which offset a secret begins in a base64 text.
``docs/secrets.md`` lists the forms.
"""

from __future__ import annotations

import base64
from typing import Iterable, Iterator, List, Optional, Set, Tuple

from ..references import MASK, as_bytes
from . import escapes
from .encodings import base64_texts, hexadecimal_texts
from .view import View

#: A single line of a secret is masked by itself from this length on.
SHORTEST_LINE = 8
#: The shortest secret that is searched in decoded text; shorter ones would be found by chance.
SHORTEST_ESCAPED = 4
SHORTEST_ENCODED = 5
#: How many times longer a printed form can be than its secret; for a large secret, how many
#: times and some bytes: its lines are masked by themselves as well.
_LONGEST_FORM = 12
_LONGEST_FORM_OF_LARGE = 3
_LARGE = 64 * 1024
#: How programs wrap base64: `base64`, and `openssl` or PEM files.
_BASE64_WIDTHS = (76, 64)

_DECODERS = {
    "B": escapes.backslashes,
    "C": escapes.backslashes_of_characters,
    "P": escapes.percents,
    "F": escapes.forms,
    "H": escapes.entities,
    "Q": escapes.quotes,
}
#: The order of decoding: escapes in escapes, such as JSON in JSON, and a URL in JSON.
_FURTHER = {
    "": "BCPFHQ",
    "B": "BCPFHQ",
    "BB": "B",
    "P": "PB",
    "H": "B",
}
#: Where encoded texts are looked for, and escapes in those that were decoded.
_WITH_ENCODED = ("", "B", "P")
_WITHIN_ENCODED = "BP"


class Masker:
    """Masks these secrets, in bytes or text."""

    def __init__(self, values: Iterable[str]) -> None:
        given = tuple(values)
        printed = {form for value in given for form in _printed(value)}
        self._printed = sorted(printed, key=len, reverse=True)
        longest = max((len(as_bytes(value)) for value in given), default=0)
        self.reach = min(_LONGEST_FORM * longest, _LONGEST_FORM_OF_LARGE * longest + _LARGE)

    def mask_text(self, text: str) -> str:
        """Return the text with every secret masked. Bytes that are not text are replaced."""
        return self.mask(as_bytes(text))

    def mask(self, data: bytes) -> str:
        parts = []
        at = 0
        for start, end in self._found(data) if self._printed else ():
            parts += [data[at:start].decode("utf-8", "replace"), MASK]
            at = end
        return "".join([*parts, data[at:].decode("utf-8", "replace")])

    def _found(self, data: bytes) -> List[Tuple[int, int]]:
        """Return the positions of secrets, in order, without overlaps."""
        found: Set[Tuple[int, int]] = set()
        for view, shortest in _views(View(data), ""):
            for form in self._printed:
                if len(form) < shortest:
                    break
                at = view.data.find(form)
                while at >= 0:
                    found.add(view.origin(at, at + len(form)))
                    at = view.data.find(form, at + 1)
        merged: List[Tuple[int, int]] = []
        for start, end in sorted(found):
            if merged and start <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(end, merged[-1][1])
            else:
                merged.append((start, end))
        return merged


def _views(view: View, undone: str) -> Iterator[Tuple[View, int]]:
    """Yield the view, and all that can be decoded from it, each with the shortest secret to look
    for.
    """
    yield view, SHORTEST_ESCAPED if undone else 1
    for name in _FURTHER.get(undone, ""):
        further = _DECODERS[name](view)
        if further:
            yield from _views(further, undone + name)
    if undone in _WITH_ENCODED:
        whole = escapes.line_breaks(view) or view
        for found in hexadecimal_texts(whole):
            yield found, SHORTEST_ENCODED
        for found in base64_texts(whole):
            yield from _encoded_views(found, again=not undone)


def _encoded_views(view: View, again: bool) -> Iterator[Tuple[View, int]]:
    """Yield the views with encodings. again: base64 may have been encoded twice."""
    yield view, SHORTEST_ENCODED
    for name in _WITHIN_ENCODED:
        further = _DECODERS[name](view)
        if further:
            yield further, SHORTEST_ENCODED
    if again:
        for found in base64_texts(escapes.line_breaks(view) or view):
            yield from _encoded_views(found, again=False)


def _printed(value: str) -> Iterator[bytes]:
    """Yield a secret, and each longer line of it, in the encodings of text that programs print."""
    lines = [line.strip() for line in value.replace("\r", "\n").split("\n")]
    for text in {value, value.strip(), *(line for line in lines if len(line) >= SHORTEST_LINE)}:
        if not text:
            continue
        yield as_bytes(text)
        latin = _latin(text)
        if latin:
            yield latin
        if len(text) >= SHORTEST_ESCAPED:
            for encoding in ("utf-16-le", "utf-16-be"):
                yield text.encode(encoding, "surrogatepass")
    yield from _base64_lines(as_bytes(value))
    short = as_bytes(value.strip())
    if len(short) == SHORTEST_ENCODED - 1:  # as a separate text
        for data in (short, short + b"\n"):
            yield base64.b64encode(data)


def _base64_lines(data: bytes) -> Iterator[bytes]:
    """Yield the lines of a large secret in base64, which may be among other text, as in a log."""
    for width in _BASE64_WIDTHS:
        text = base64.b64encode(data)
        lines = [text[start : start + width] for start in range(0, len(text), width)]
        yield from (line for line in lines[:-1])


def _latin(text: str) -> Optional[bytes]:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return None
