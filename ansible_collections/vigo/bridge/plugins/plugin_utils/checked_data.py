# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads data from untrusted sources, such as a host's result, into plain values of known types.

A value of another type or beyond a limit raises InvalidData, which says where it is.
"""

from __future__ import annotations

import json
import math
import os
import re
from typing import Any, Callable, Collection, Iterator, Mapping, Sequence, Sized, TypeVar

from ..module_utils.host.private_files import open_file

T = TypeVar("T")

#: The longest text, in characters: eight times the output that is kept of a command, because a mask
#: is longer than a short secret.
LONGEST_TEXT = 1024 * 1024
#: The limit of a document: the characters of all texts, and one for each value and item.
LARGEST = 32 * 1024 * 1024
#: The same for a file of our own, with the results of a whole fleet.
LARGEST_OF_OURS = 64 * LARGEST
#: JSON needs up to six bytes for a character.
_BYTES = 6
DEEPEST = 32
#: The most items of one list or mapping.
MOST_ITEMS = 100_000
#: Sizes of containers have 64 bits.
LARGEST_NUMBER = 2**64
#: The most bits of an integer in a message. Python refuses to convert very long ones to text.
_LONGEST_QUOTED = 128
_SURROGATES = re.compile("[\ud800-\udfff]")


class InvalidData(Exception):
    """The data does not fit. The message says where, and what was expected."""


class Checked:
    """One document, and how much of it was read. where, in its methods: a place, as `notes[2]`."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = self._left = largest

    def text(self, value: Any, where: str, longest: int = LONGEST_TEXT) -> str:
        """Return a text, with surrogates replaced (see `with_whole_characters`)."""
        if not isinstance(value, str):
            raise _wrong(where, "a string", value)
        if len(value) > longest:
            raise InvalidData(f"{where} is longer than {longest} characters")
        self._count(len(value))
        return with_whole_characters(value)

    def output(self, value: Any, where: str) -> str:
        """Return the output of a program, which can be as long as a whole document."""
        return self.text(value, where, self._largest)

    def end(self, value: Any, where: str, longest: int) -> str:
        """Return the end of a text that may be too long, such as what a shell printed."""
        return self.text(value[-longest:] if isinstance(value, str) else value, where)

    def choice(self, value: Any, where: str, choices: Collection[str]) -> str:
        if not isinstance(value, str) or value not in choices:
            raise _wrong(where, f"one of {', '.join(sorted(choices))}", value)
        return "".join([value])

    def flag(self, value: Any, where: str) -> bool:
        if not isinstance(value, bool):
            raise _wrong(where, "a boolean", value)
        return bool(value)

    def integer(self, value: Any, where: str) -> int:
        expected = f"an integer from {-LARGEST_NUMBER} to {LARGEST_NUMBER}"
        if isinstance(value, bool) or not isinstance(value, int):
            raise _wrong(where, expected, value)
        if abs(value) > LARGEST_NUMBER:
            raise _out_of_range(where, expected, value)
        return int(value)

    def number(self, value: Any, where: str) -> float:
        """Return a number that is neither negative nor infinite."""
        expected = f"a number from 0 to {LARGEST_NUMBER}"
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise _wrong(where, expected, value)
        if not 0 <= value <= LARGEST_NUMBER:
            raise _out_of_range(where, expected, value)
        return float(value)

    def mapping(self, value: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise _wrong(where, "a mapping", value)
        _check_count(value, where)
        for key in value:
            if not isinstance(key, str):
                raise _wrong(f"a key of {where}", "a string", key)
        self._count(len(value))
        return value

    def items(self, value: Any, where: str) -> Iterator[tuple[str, Any]]:
        """Yield the items of a list, each with its place."""
        if not isinstance(value, (list, tuple)):
            raise _wrong(where, "a list", value)
        _check_count(value, where)
        self._count(len(value))
        return ((f"{where}[{number}]", item) for number, item in enumerate(value))

    def texts(self, value: Any, where: str) -> tuple[str, ...]:
        return tuple(self.text(item, place) for place, item in self.items(value, where))

    def plain(self, value: Any, where: str, deepest: int = DEEPEST) -> Any:
        """Return a value if JSON can hold it."""
        return self._plain(value, where, deepest, deepest)

    def _plain(self, value: Any, where: str, deepest: int, depth: int) -> Any:
        if depth == 0:
            raise InvalidData(f"{where} is nested deeper than {deepest - 1} levels")
        if isinstance(value, str):
            return self.text(value, where)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            return self.integer(value, where)
        if isinstance(value, float):
            if not math.isfinite(value):
                raise _out_of_range(where, "a finite number", value)
            return float(value)
        if isinstance(value, Mapping):
            return {
                self.text(key, where): self._plain(item, where, deepest, depth - 1)
                for key, item in self.mapping(value, where).items()
            }
        if isinstance(value, (list, tuple)):
            return [
                self._plain(item, where, deepest, depth - 1)
                for _place, item in self.items(value, where)
            ]
        raise _wrong(where, "a value that JSON supports", value)

    def _count(self, size: int) -> None:
        self._left -= size + 1
        if self._left < 0:
            raise InvalidData(f"it is larger than {self._largest // 1024 // 1024} MiB")


class Fields:
    """A document that is a mapping, and its required values. The place of each is its name."""

    def __init__(self, data: Any, largest: int = LARGEST) -> None:
        """Use a document. Raise InvalidData."""
        self.checked = Checked(largest)
        self._values = self.checked.mapping(data, "it")

    def text(self, name: str) -> str:
        return self.checked.text(required(self._values, name), name)

    def texts(self, name: str) -> tuple[str, ...]:
        return self.checked.texts(required(self._values, name), name)

    def integer(self, name: str) -> int:
        return self.checked.integer(required(self._values, name), name)

    def number(self, name: str) -> float:
        return self.checked.number(required(self._values, name), name)

    def flag(self, name: str) -> bool:
        return self.checked.flag(required(self._values, name), name)

    def mapping(self, name: str) -> Mapping[str, Any]:
        return self.checked.mapping(required(self._values, name), name)


def with_whole_characters(text: str) -> str:
    """Return the text with surrogates replaced, which no encoding can represent."""
    # ``join`` makes an ordinary string of one that Ansible has marked.
    return _SURROGATES.sub("\ufffd", "".join([text]))


def required(value: Mapping[str, Any], name: str, where: str = "") -> Any:
    """Return a mapping's value for a name. Raise InvalidData without one."""
    if name not in value:
        raise InvalidData(f"{where + ': ' if where else ''}{name!r} is missing")
    return value[name]


def optional(value: Mapping[str, Any], name: str, read: Callable[[Any], T], default: T) -> T:
    """Return a mapping's value for a name, or the default; null is the same as no value."""
    return default if value.get(name) is None else read(value[name])


def read_json(path: str | os.PathLike[str], largest: int = LARGEST) -> Any:
    """Return the content of a JSON file that only this user and root can have written."""
    try:
        with open(open_file(os.fspath(path)), encoding="utf-8") as stream:
            if os.fstat(stream.fileno()).st_size > largest * _BYTES:
                raise InvalidData(f"it is larger than {largest * _BYTES // 1024 // 1024} MiB")
            return json.load(stream)
    except OSError as error:
        raise InvalidData(f"it cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidData(f"it is not valid JSON: {str(error)[:200]}") from error


_TYPES: Sequence[tuple[type, str]] = (
    (str, "a string"),
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a number"),
    (Mapping, "a mapping"),
    (list, "a list"),
    (type(None), "null"),
)


def _check_count(value: Sized, where: str) -> None:
    if len(value) > MOST_ITEMS:
        raise InvalidData(f"{where} has more than {MOST_ITEMS} items")


def _wrong(where: str, expected: str, value: Any) -> InvalidData:
    found = next((name for kind, name in _TYPES if isinstance(value, kind)), "something else")
    shown = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    quoted = f" {_quoted(value)}" if shown else ""
    return InvalidData(f"{where} must be {expected}, not {found}{quoted}")


def _out_of_range(where: str, expected: str, value: float) -> InvalidData:
    return InvalidData(f"{where} must be {expected}, not {_quoted(value)}")


def _quoted(value: str | float) -> str:
    if isinstance(value, int) and value.bit_length() > _LONGEST_QUOTED:
        return f"one of {value.bit_length()} bits"
    return f"{value!r:.40}"
