# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References to secrets in texts: ``secret:PATH`` and ``secret:{PATH}``.

A text keeps its references until the value is used: output, files and labels contain references,
never values.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping, Sequence

from ..common.dataclass import dataclass, field
from ..common.errors import ResourceError

if TYPE_CHECKING:
    from .masking.mask import Masker

# The longest path without a trailing '.', '/' or '-', so that a sentence may end after it.
_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9_-])secret:"
    r"(?:\{(?P<braced>[A-Za-z0-9_./-]*[A-Za-z0-9_])\}|(?P<bare>[A-Za-z0-9_./-]*[A-Za-z0-9_]))"
)

# An incomplete path: only a template follows, or nothing.
_MALFORMED = re.compile(
    r"(?<![A-Za-z0-9_-])secret:"
    r"(?:\{(?![A-Za-z0-9_./-]*[A-Za-z0-9_]\})|[A-Za-z0-9_./-]*(?:(?<=[:./-])|(?=\{\{-?\s*[.$(]))\{\{)"
)

#: The text shown in output instead of a secret.
MASK = "********"
#: The first line of a text whose beginning was removed.
CUT = "[... earlier output was removed]\n"
#: The shortest secret that is masked in messages; shorter ones occur by chance.
SHORTEST = 8
#: Texts of that length that also occur in unrelated output, such as our own words.
_WORDS = frozenset(
    [
        "12345678",
        "123456789",
        "1234567890",
        "administrator",
        "changeme",
        "container",
        "database",
        "development",
        "directory",
        "localhost",
        "password",
        "password1",
        "password123",
        "postgres",
        "postgresql",
        "production",
        "qwertyuiop",
        "recreated",
        "registry",
        "resource",
        "restarted",
        "sunshine",
        "testtest",
        "username",
        "unhealthy",
        "unchanged",
    ]
)


@dataclass(frozen=True)
class Reference:
    """One reference in a text. start, end: offsets of the whole of it."""

    path: str
    start: int
    end: int


def find(text: str) -> list[Reference]:
    """Return all references in a text, from left to right."""
    return [
        Reference(match.group("braced") or match.group("bare"), match.start(), match.end())
        for match in _REFERENCE.finditer(text)
    ]


def malformed(text: str) -> list[int]:
    """Return the positions of references whose path is incomplete, or contains a template."""
    return [match.start() for match in _MALFORMED.finditer(text)]


def mistake(path: str) -> str | None:
    """Return the problem with the path of a secret, or None.

    Stores may use it in a file's name or a program's argument, so it must not lead elsewhere.
    """
    if not re.fullmatch(r"[A-Za-z0-9_./-]+", path):
        return "a path consists of letters, digits and _ . / -"
    parts = path.split("/")
    if "" in parts:
        return "a path must not begin or end with / or contain //"
    if any(set(part) == {"."} for part in parts):
        return "a part of a path must not be . or .."
    if any(part.startswith("-") for part in parts):
        return "a part of a path must not begin with -"
    return None if re.match(r"[A-Za-z0-9_]", path[-1]) else "a path ends with a letter, digit or _"


def paths(value: Any) -> set[str]:
    """Return the paths of all secrets that a value names, at any depth."""
    return {reference.path for text in texts(value) for reference in find(text)}


def texts(value: Any) -> Iterator[str]:
    """Yield all texts in a value, at any depth; keys of maps are left out."""
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
    """The secrets of one call: values by path. Never printed."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Other texts that must not be shown, such as a password in an argument.
    others: Sequence[str] = field(default=(), repr=False)

    def reveal(self, text: str) -> str:
        """Return the text with every reference replaced by its value, in one pass.

        A value that itself looks like a reference stays as it is.
        """

        def value(match: re.Match[str]) -> str:
            path = match.group("braced") or match.group("bare")
            if path not in self.values:
                raise ResourceError(
                    f"secret {path!r} is missing; set it in one of the stack's secret stores (for"
                    f" the env store: {environment_name(path)})"
                )
            return self.values[path]

        return _REFERENCE.sub(value, text)

    def conceal(self, text: str) -> str:
        """Return a text from outside, such as an engine's answer, with every secret masked."""
        return (
            self._masker.mask_text(text)
            if self._is_any
            else as_bytes(text).decode("utf-8", "replace")
        )

    def conceal_output(self, data: bytes, limit: int) -> str:
        """Return the end of what a program printed, with every secret masked.

        data: the end, with ``reach`` bytes more where there was more. limit: how much is shown.
        """
        shown = self._masker.mask(data) if self._is_any else data.decode("utf-8", "replace")
        return CUT + shown[-limit:] if len(data) > limit else shown

    def conceal_sentence(self, text: str) -> str:
        """Mask a message, except for short secrets and those that are common words.

        Masking these would make the message unreadable; output of engines and programs that it
        quotes is masked before.
        """
        return self._sentences.mask_text(text) if self._is_any else text

    @property
    def reach(self) -> int:
        """How many bytes more than a limit show that it is exceeded, and where a secret begins."""
        return 1 + (self._masker.reach if self._is_any else 0)

    @property
    def _is_any(self) -> bool:
        return bool(self.values or self.others)

    @functools.cached_property
    def _masker(self) -> Masker:
        return _masker(self._hidden)

    @functools.cached_property
    def _sentences(self) -> Masker:
        return _masker(value for value in self._hidden if not weakness(value))

    @property
    def _hidden(self) -> Iterator[str]:
        yield from self.values.values()
        yield from self.others


def _masker(values: Iterable[str]) -> Masker:
    # Imported here, as the controller, and a call that prints nothing, need none of it.
    from .masking.mask import Masker

    return Masker(values)


def as_bytes(text: str) -> bytes:
    """Return the bytes that a text was made of, which need not be valid text."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def weakness(value: str) -> str | None:
    """Return why a secret looks like other text, or None."""
    if len(value) < SHORTEST:
        return f"shorter than {SHORTEST} characters"
    return "a common word" if value.strip().lower() in _WORDS else None


def environment_name(path: str) -> str:
    """Return the environment variable of a secret in the ``env`` store."""
    return "VIGO_SECRET_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper()
