# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to secrets in texts: ``secret:PATH`` and ``secret:{PATH}``.

A text keeps its references until the last moment; what is shown, stored or compared in labels
is the reference, never the value.
"""

from __future__ import annotations

import base64
import functools
import json
import re
import shlex
from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping
from urllib.parse import quote, quote_plus

from .errors import ResourceError

# The longest path without a trailing '.', '/' or '-', so that a sentence may end behind it.
_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9_-])secret:"
    r"(?:\{(?P<braced>[A-Za-z0-9_./-]*[A-Za-z0-9_])\}|(?P<bare>[A-Za-z0-9_./-]*[A-Za-z0-9_]))"
)

# A path that is not finished: nothing but a template, or no path at all, follows.
_MALFORMED = re.compile(
    r"(?<![A-Za-z0-9_-])secret:"
    r"(?:\{(?![A-Za-z0-9_./-]*[A-Za-z0-9_]\})|[A-Za-z0-9_./-]*(?:(?<=[:./-])|(?=\{\{-?\s*[.$(]))\{\{)"
)

#: What stands in output instead of a secret.
MASK = "********"
#: A text that lost its beginning starts with this line.
CUT = "[... earlier output was cut]\n"
#: A shorter text is too common to be masked everywhere: results would be mangled.
SHORTEST = 4
#: How programs wrap base64: `base64`, and `openssl` or PEM files.
_BASE64_WIDTHS = (76, 64)


@dataclass(frozen=True)
class Reference:
    """One reference in a text. start, end: offsets of the whole of it."""

    path: str
    start: int
    end: int


def find(text: str) -> list[Reference]:
    """All references in a text, from left to right."""
    return [
        Reference(match.group("braced") or match.group("bare"), match.start(), match.end())
        for match in _REFERENCE.finditer(text)
    ]


def malformed(text: str) -> list[int]:
    """Where references begin whose path is broken off, or is to be made by a template."""
    return [match.start() for match in _MALFORMED.finditer(text)]


def mistake(path: str) -> str | None:
    """What is wrong with the path of a secret, or None.

    Stores may make a file's name or a program's argument of it, so it must not lead elsewhere.
    """
    if not re.fullmatch(r"[A-Za-z0-9_./-]+", path):
        return "a path has letters, digits and _ . / - only"
    parts = path.split("/")
    if "" in parts:
        return "a path neither begins nor ends with /, and has no // in it"
    if any(set(part) == {"."} for part in parts):
        return "no part of a path is . or .."
    if any(part.startswith("-") for part in parts):
        return "no part of a path begins with -"
    return None if re.match(r"[A-Za-z0-9_]", path[-1]) else "a path ends with a letter, digit or _"


def paths(value: Any) -> set[str]:
    """The paths of all secrets that a value names, at any depth."""
    return {reference.path for text in texts(value) for reference in find(text)}


def texts(value: Any) -> Iterator[str]:
    """All texts in a value, at any depth; keys of maps are not looked at."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)


@dataclass(frozen=True)
class Secrets:
    """The secrets that one call was given: values by path. Never printed."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)

    def reveal(self, text: str) -> str:
        """The text with every reference replaced by its value, in one pass.

        A value that itself looks like a reference stays as it is.
        """

        def value(match: re.Match) -> str:
            path = match.group("braced") or match.group("bare")
            if path not in self.values:
                raise ResourceError(
                    f"secret {path!r} was not handed over; set it in one of the stack's secret"
                    f" stores (for the env store: {environment_name(path)})"
                )
            return self.values[path]

        return _REFERENCE.sub(value, text)

    def conceal(self, text: str) -> str:
        """The text with every secret masked, in all its forms: for output that may echo one."""
        forms = self._all_forms
        if text.startswith(CUT):
            text = CUT + _without_remainder(text[len(CUT) :], forms)
        for form in forms:
            text = text.replace(form, MASK)
        return text

    def forms(self) -> list[str]:
        """All texts that would tell a secret, the longest first, without the very short ones.

        To mask those wherever they stand would mangle what has nothing to do with secrets.
        """
        return [form for form in self._all_forms if len(form) >= SHORTEST]

    @functools.cached_property
    def _all_forms(self) -> list[str]:
        found = {form for value in self.values.values() for form in _forms(value)}
        return sorted(found, key=len, reverse=True)


def _without_remainder(text: str, forms: list[str]) -> str:
    """A text that may begin in the midst of a secret, with that end of the secret masked."""
    start = text.lstrip("\ufffd")
    longest = 0
    for form in forms:
        at = form.find(start[:SHORTEST], 1) if len(start) >= SHORTEST else -1
        while at > 0:
            if start.startswith(form[at:]):
                longest = max(longest, len(form) - at)
                break
            at = form.find(start[:SHORTEST], at + 1)
    return MASK + start[longest:] if longest >= SHORTEST else text


def _forms(value: str) -> Iterator[str]:
    """A value as it is, and as programs print it: escaped, encoded, a line at a time."""
    lines = [line for line in value.split("\n") if len(line.strip()) >= SHORTEST]
    for text in {value, value.strip(), *lines, *(line.strip() for line in lines)}:
        if text:
            yield text
            yield from _escaped(text)
    raw = value.encode("utf-8", "surrogateescape")
    # With the line break that `echo` adds, the end of the encoded text is another one.
    for data in (raw, raw + b"\n"):
        if len(data) >= SHORTEST:
            yield from _encoded(base64.b64encode(data).decode())


def _escaped(text: str) -> Iterator[str]:
    once, readable = json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]
    yield from (once, readable, json.dumps(once)[1:-1], json.dumps(readable)[1:-1])
    data = text.encode("utf-8", "surrogateescape")
    yield from (repr(text)[1:-1], repr(data)[2:-1])
    yield from (quote(data, safe=""), quote(data), quote_plus(data))
    if "'" in text:  # as shells print it, `set -x` among others
        yield from (shlex.quote(text)[1:-1], text.replace("'", "'\\''"))


def _encoded(text: str) -> Iterator[str]:
    yield text
    for width in _BASE64_WIDTHS:
        for start in range(0, len(text), width):
            line = text[start : start + width]
            if len(line) >= 2 * SHORTEST:
                yield line


def environment_name(path: str) -> str:
    """The environment variable of a secret in the ``env`` store."""
    return "VIGO_SECRET_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper()
