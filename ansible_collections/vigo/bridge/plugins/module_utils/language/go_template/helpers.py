# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Functions that Go itself does not have: the usual helpers for configuration files."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from typing import Any, List

from . import values
from .errors import Fault
from .printing import printed
from .sink import require_modest
from .values import Missing, kind_of, sorted_keys, text_of_bytes, truth, type_name, utf8
from .yamltext import yaml_text

_FIRST_LETTER = re.compile(r"(?<!\S)\S")
_WHOLE_NUMBER = "give it a whole number"
_ORDINARY_NUMBER = "give it an ordinary number"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def default(fallback: Any, *given: Any) -> Any:
    """The given value, or the fallback where it is empty: ``.Vars.x | default "y"``."""
    return given[0] if given and truth(given[0]) else fallback


def coalesce(*candidates: Any) -> Any:
    """The first value that is not empty, or nil."""
    return next((value for value in candidates if truth(value)), None)


def ternary(when_true: Any, when_false: Any, condition: Any) -> Any:
    """``ternary "yes" "no" .Vars.x``"""
    return when_true if truth(condition) else when_false


def upper(text: str) -> str:
    return text.upper()


def lower(text: str) -> str:
    return text.lower()


def title(text: str) -> str:
    """Each word with a capital first letter; the other letters stay."""
    return _FIRST_LETTER.sub(lambda match: match.group().upper(), text)


def trim(text: str) -> str:
    return text.strip()


def replace(old: str, new: str, text: str) -> str:
    """``.Vars.x | replace "-" "_"``"""
    require_modest(len(text) + (text.count(old) * len(new)))
    return text.replace(old, new)


def contains(part: str, text: str) -> bool:
    return part in text


def has_prefix(prefix: str, text: str) -> bool:
    return text.startswith(prefix)


def has_suffix(suffix: str, text: str) -> bool:
    return text.endswith(suffix)


def split(separator: str, text: str) -> List[str]:
    """The parts of a text between separators, as a list; an empty one splits characters."""
    return text.split(separator) if separator else list(text)


def join(separator: str, elements: Any) -> str:
    """The elements of a list as one text: ``.Vars.names | join ","``."""
    if kind_of(elements) is not values.LIST:
        return as_text(elements)
    parts = [as_text(element) for element in elements]
    require_modest(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def quote(*arguments: Any) -> str:
    """Each argument in double quotes, with ``\\`` before what JSON escapes."""
    return " ".join(
        json.dumps(as_text(value), ensure_ascii=False)
        for value in arguments
        if kind_of(value) is not values.NIL
    )


def indent(width: int, text: str) -> str:
    """Spaces before each line."""
    if width < 0:
        raise Fault(f"cannot indent by {width}", "give it a whole number from 0 on")
    require_modest(len(text) + width * (text.count("\n") + 1))
    pad = " " * width
    return pad + text.replace("\n", "\n" + pad)


def nindent(width: int, text: str) -> str:
    """Like ``indent``, with a line feed before it all."""
    return "\n" + indent(width, text)


def to_integer(value: Any) -> int:
    """A number without its fraction; a text must be a decimal integer."""
    kind = kind_of(value)
    if kind is values.STRING:
        if not _INTEGER.fullmatch(value.strip()):
            raise Fault(f'cannot make an integer of "{value}"', _WHOLE_NUMBER)
        return int(value)
    if kind is values.FLOAT and (math.isnan(value) or abs(value) >= 2**63):
        raise Fault(f"cannot make an integer of {printed(value)}", _WHOLE_NUMBER)
    if kind in (values.BOOL, values.INT, values.UINT, values.FLOAT):
        return int(value)
    raise Fault(f"cannot make an integer of a value of type {type_name(value)}", _WHOLE_NUMBER)


def encode_base64(text: str) -> str:
    return base64.b64encode(utf8(text)).decode("ascii")


def decode_base64(text: str) -> str:
    encoded = utf8(text).replace(b"\r", b"").replace(b"\n", b"")
    try:
        return text_of_bytes(base64.b64decode(encoded, validate=True))
    except binascii.Error as error:
        raise Fault(
            f"this is not base64: {error}", "give it the text that `b64enc` makes"
        ) from None


def to_json(value: Any) -> str:
    """JSON on one line, keys in order."""
    plain = _plain(value)
    try:
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise Fault("JSON has no infinite numbers", _ORDINARY_NUMBER) from None


def to_yaml(value: Any) -> str:
    """YAML in block style, keys in order, without a line feed at the end."""
    return yaml_text(_plain(value))


def as_text(value: Any) -> str:
    """The text of a scalar; nil is empty. Raises ``Fault`` for a list or map."""
    kind = kind_of(value)
    if kind in (values.LIST, values.MAP):
        raise Fault(
            f"expected text, got a {'list' if kind is values.LIST else 'map'}",
            "give it a text; `join` or `toJson` makes one of it",
        )
    return "" if kind is values.NIL else printed(value)


def _plain(value: Any) -> Any:
    """A value in Python's own types, map keys as ordered texts."""
    kind = kind_of(value)
    if kind is values.MAP:
        return {as_text(key): _plain(value[key]) for key in sorted_keys(value)}
    if kind is values.LIST:
        return [_plain(element) for element in value]
    if kind is values.NIL or isinstance(value, Missing):
        return None
    if kind is values.COMPLEX:
        raise Fault("a complex number has no JSON or YAML form", _ORDINARY_NUMBER)
    return int(value) if kind is values.UINT else value
