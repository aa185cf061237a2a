# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to secrets in texts: ``secret:PATH`` and ``secret:{PATH}``.

A text keeps its references until the last moment; what is shown, stored or compared in labels
is the reference, never the value.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping

from .errors import ResourceError

# The longest path without a trailing '.', '/' or '-', so that a sentence may end behind it.
_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9_-])secret:"
    r"(?:\{(?P<braced>[A-Za-z0-9_./-]*[A-Za-z0-9_])\}|(?P<bare>[A-Za-z0-9_./-]*[A-Za-z0-9_]))"
)

#: What stands in output instead of a secret.
MASK = "********"
#: A shorter line of a secret is too common a text to be masked everywhere.
_SHORTEST_LINE = 4


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
        for form in self.forms():
            text = text.replace(form, MASK)
        return text

    def forms(self) -> list[str]:
        """All texts that would tell a secret, the longest first."""
        found = {form for value in self.values.values() for form in _forms(value)}
        return sorted(found, key=len, reverse=True)


def _forms(value: str) -> Iterator[str]:
    """A value as it is, and as programs print it: escaped, encoded, a line at a time."""
    lines = [line for line in value.splitlines() if len(line.strip()) >= _SHORTEST_LINE]
    for text in {value, value.strip(), *lines, *(line.strip() for line in lines)}:
        if text:
            escaped = json.dumps(text)[1:-1]
            unescaped = json.dumps(text, ensure_ascii=False)[1:-1]
            yield from (text, escaped, unescaped, json.dumps(escaped)[1:-1], repr(text)[1:-1])
    raw = value.encode("utf-8", "surrogateescape")
    # With the line break that `echo` adds, the end of the encoded text is another one.
    for data in (raw, raw + b"\n"):
        encoded = base64.b64encode(data).decode()
        if len(data) >= _SHORTEST_LINE:
            yield encoded


def environment_name(path: str) -> str:
    """The environment variable of a secret in the ``env`` store."""
    return "VIGO_SECRET_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper()
