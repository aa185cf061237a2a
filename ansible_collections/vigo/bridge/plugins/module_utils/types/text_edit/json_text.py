# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and writes JSON so that order, numbers and indentation stay as they are."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Callable, NoReturn

from ...common.dataclass import dataclass
from ...common.errors import ResourceError


@dataclass(frozen=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(frozen=True)
class Style:
    """indent: of one level; empty for all in one line. colon: what follows a key."""

    indent: str = "  "
    colon: str = ": "


def read(text: str, where: str) -> Any:
    """Return a document of dicts, lists, texts, ``Number``, bool and None. Raise ResourceError.

    where: what the text is.
    """
    if re.search("[\ud800-\udfff]", text):
        raise ResourceError(f"{where}: invalid JSON: it is not UTF-8", "correct the file")
    try:
        return json.loads(
            text,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise ResourceError(
            f"{where}: invalid JSON: {error.msg} (line {error.lineno}, column {error.colno})",
            "correct the file",
        ) from None
    except ValueError as error:
        raise ResourceError(f"{where}: invalid JSON: {error}", "correct the file") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"duplicate key {key!r} in an object")
        found[key] = value
    return found


def is_same(one: Any, other: Any) -> bool:
    """Return whether two documents are equal; the order of keys does not count."""
    if isinstance(one, Number) and isinstance(other, Number):
        return one.text == other.text or _decimal(one) == _decimal(other)
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


def _decimal(number: Number) -> Decimal | str:
    try:
        return Decimal(number.text)
    except InvalidOperation:
        return number.text


def with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Return a copy of a document with each string changed, except for keys."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: with_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [with_texts(item, change) for item in value]
    return value


def style_of(text: str) -> Style:
    """Return the style of a document; the default style if it is empty."""
    colon = ":" if re.search(r'"\s*:(?=\S)', text) and not re.search(r'"\s*: ', text) else ": "
    if not text or text in ("{}", "[]"):
        return Style()
    found = re.search(r"\n([ \t]+)\S", text)
    return Style(found[1] if found else "", colon)


def written(value: Any, style: Style, level: int = 0) -> str:
    """Return a document as text."""
    if isinstance(value, Number):
        return value.text
    if not isinstance(value, (dict, list)) or not value:
        return _scalar(value)
    if isinstance(value, dict):
        items = [
            _scalar(key) + style.colon + written(item, style, level + 1)
            for key, item in value.items()
        ]
    else:
        items = [written(item, style, level + 1) for item in value]
    start, end = "{}" if isinstance(value, dict) else "[]"
    if not style.indent:
        return start + (", " if style.colon.endswith(" ") else ",").join(items) + end
    inner = "\n" + style.indent * (level + 1)
    return start + inner + f",{inner}".join(items) + "\n" + style.indent * level + end


def _scalar(value: Any) -> str:
    """Return a scalar. A lone surrogate can only be written as an escape."""
    text = json.dumps(value, ensure_ascii=False)
    return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)
