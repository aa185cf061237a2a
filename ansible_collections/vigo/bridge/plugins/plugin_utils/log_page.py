# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A part of the logs of a host as types. What its module returns is read here, and is untrusted."""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any, Mapping

from .checked_data import LARGEST_NUMBER, Checked, InvalidData, required

#: What the lines of one call may have, in bytes of JSON.
_LARGEST = 32 * 1024 * 1024
_LONGEST_NAME = 1024


@dataclass(frozen=True)
class LogLine:
    """A line of a log. time: in nanoseconds. text: bytes that are not UTF-8 are surrogates."""

    time: int
    container: str
    resource: str
    stream: str
    text: str
    is_cut: bool = False


@dataclass(frozen=True)
class LogPage:
    """The lines of one call. lines: in order of time. problems: by container, why its log cannot be
    read. containers: the number of containers whose logs are read.

    now: the host's time, in nanoseconds. complete_until: no further line is older. more: whether
    there are further lines already. cursor: where the next call continues.
    """

    lines: tuple[LogLine, ...]
    problems: Mapping[str, str]
    now: int
    complete_until: int
    more: bool
    cursor: Mapping[str, Any]
    containers: int


def unpacked(text: Any) -> LogPage:
    """Return what `converge.logs.packed` has packed. Raise InvalidData."""
    content = _decompressed(text)
    checked = Checked(2 * _LARGEST)
    whole = checked.mapping(content, "it")

    def integer(name: str) -> int:
        return checked.integer(required(whole, name), name)

    problems = checked.mapping(required(whole, "problems"), "problems")
    cursor = checked.mapping(required(whole, "cursor"), "cursor")
    return LogPage(
        lines=tuple(_line(item, place) for place, item in _items(required(whole, "lines"))),
        problems={
            checked.text(name, "problems", _LONGEST_NAME): checked.text(value, f"problems.{name}")
            for name, value in problems.items()
        },
        now=integer("now"),
        complete_until=integer("complete_until"),
        more=checked.flag(required(whole, "more"), "more"),
        cursor=cursor,
        containers=len(checked.mapping(required(cursor, "containers"), "cursor.containers")),
    )


def _decompressed(text: Any) -> Any:
    try:
        if not isinstance(text, str):
            raise ValueError("it is not a string")
        reader = zlib.decompressobj()
        content = reader.decompress(base64.b64decode(text, validate=True), _LARGEST)
        if reader.unconsumed_tail:
            raise ValueError(f"it is larger than {_LARGEST // 1024 // 1024} MiB")
        return json.loads(content)
    except (ValueError, zlib.error, RecursionError) as error:
        raise InvalidData(f"it cannot be decoded ({error!s:.100})") from error


def _items(value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, list):
        raise InvalidData("lines must be a list")
    return [(f"lines[{number}]", item) for number, item in enumerate(value)]


def _line(value: Any, where: str) -> LogLine:
    """Return one line. Its text is checked by type only: it is never more than data."""
    kinds = (int, str, str, str, str, bool)
    if not isinstance(value, list) or [type(item) for item in value] != list(kinds):
        raise InvalidData(f"{where} is not a line of a log")
    if not 0 <= value[0] <= LARGEST_NUMBER:
        raise InvalidData(f"{where} has an invalid time")
    try:
        for text in value[1:5]:
            text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InvalidData(f"{where} is not text") from None
    return LogLine(*value)
