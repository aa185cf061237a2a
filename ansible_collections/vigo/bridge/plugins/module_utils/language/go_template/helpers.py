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
from .limits import Sink, require_modest
from .printing import printed
from .strconv import SHORTEST, format_float
from .values import Missing, kind_of, sorted_keys, text_of_bytes, truth, type_name, utf8

_FIRST_LETTER = re.compile(r"(?<!\S)\S")
_WHOLE_NUMBER = "use an integer"
_ORDINARY_NUMBER = "use a finite number"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


def default(fallback: Any, *given: Any) -> Any:
    """Return the given value, or the fallback where it is empty: ``.Vars.x | default "y"``."""
    return given[0] if given and truth(given[0]) else fallback


def coalesce(*candidates: Any) -> Any:
    """Return the first value that is not empty, or nil."""
    return next((value for value in candidates if truth(value)), None)


def ternary(when_true: Any, when_false: Any, condition: Any) -> Any:
    """Return one of two values, as in ``ternary "yes" "no" .Vars.x``."""
    return when_true if truth(condition) else when_false


def upper(text: str) -> str:
    return text.upper()


def lower(text: str) -> str:
    return text.lower()


def title(text: str) -> str:
    """Return each word with a capital first letter; the other letters stay."""
    return _FIRST_LETTER.sub(lambda match: match.group().upper(), text)


def trim(text: str) -> str:
    return text.strip()


def replace(old: str, new: str, text: str) -> str:
    """Return a text with replacements, as in ``.Vars.x | replace "-" "_"``."""
    require_modest(len(text) + (text.count(old) * len(new)))
    return text.replace(old, new)


def contains(part: str, text: str) -> bool:
    return part in text


def has_prefix(prefix: str, text: str) -> bool:
    return text.startswith(prefix)


def has_suffix(suffix: str, text: str) -> bool:
    return text.endswith(suffix)


def split(separator: str, text: str) -> List[str]:
    """Return the parts of a text between separators, as a list; an empty separator splits it into
    characters.
    """
    return text.split(separator) if separator else list(text)


def join(separator: str, elements: Any) -> str:
    """Return the elements of a list as one text: ``.Vars.names | join ","``."""
    if kind_of(elements) is not values.LIST:
        return as_text(elements)
    parts = [as_text(element) for element in elements]
    require_modest(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def quote(*arguments: Any) -> str:
    """Return each argument in double quotes, with ``\\`` before what JSON escapes."""
    return " ".join(
        json.dumps(as_text(value), ensure_ascii=False)
        for value in arguments
        if kind_of(value) is not values.NIL
    )


def indent(width: int, text: str) -> str:
    """Return a text with spaces before each line."""
    if width < 0:
        raise Fault(f"cannot indent by {width}", "use an integer, 0 or more")
    require_modest(len(text) + width * (text.count("\n") + 1))
    pad = " " * width
    return pad + text.replace("\n", "\n" + pad)


def nindent(width: int, text: str) -> str:
    """Return a text as ``indent`` does, after a line feed."""
    return "\n" + indent(width, text)


def to_integer(value: Any) -> int:
    """Return a number without its fraction; a text must be a decimal integer."""
    kind = kind_of(value)
    if kind is values.STRING:
        if not _INTEGER.fullmatch(value.strip()):
            raise Fault(f'cannot convert to an integer: "{value}"', _WHOLE_NUMBER)
        return int(value)
    if kind is values.FLOAT and (math.isnan(value) or abs(value) >= 2**63):
        raise Fault(f"cannot convert to an integer: {printed(value)}", _WHOLE_NUMBER)
    if kind in (values.BOOL, values.INT, values.UINT, values.FLOAT):
        return int(value)
    raise Fault(f"cannot convert to an integer: a value of type {type_name(value)}", _WHOLE_NUMBER)


def encode_base64(text: str) -> str:
    return base64.b64encode(utf8(text)).decode("ascii")


def decode_base64(text: str) -> str:
    encoded = utf8(text).replace(b"\r", b"").replace(b"\n", b"")
    try:
        return text_of_bytes(base64.b64decode(encoded, validate=True))
    except binascii.Error as error:
        raise Fault(f"this is not base64: {error}", "use a string that `b64enc` returns") from None


def to_json(value: Any) -> str:
    """Return JSON on one line, keys in order."""
    plain = _plain(value)
    try:
        return json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise Fault("JSON does not support infinite numbers", _ORDINARY_NUMBER) from None


def to_yaml(value: Any) -> str:
    """Return YAML in block style, keys in order, without a line feed at the end."""
    return yaml_text(_plain(value))


def as_text(value: Any) -> str:
    """Return the text of a scalar; nil is empty. Raise ``Fault`` for a list or map."""
    kind = kind_of(value)
    if kind in (values.LIST, values.MAP):
        raise Fault(
            f"expected text, got a {'list' if kind is values.LIST else 'map'}",
            "use a string; convert it with `join` or `toJson`",
        )
    return "" if kind is values.NIL else printed(value)


def _plain(value: Any) -> Any:
    """Return a value in Python's own types, map keys as ordered texts."""
    kind = kind_of(value)
    if kind is values.MAP:
        return {as_text(key): _plain(value[key]) for key in sorted_keys(value)}
    if kind is values.LIST:
        return [_plain(element) for element in value]
    if kind is values.NIL or isinstance(value, Missing):
        return None
    if kind is values.COMPLEX:
        raise Fault("a complex number cannot be written as JSON or YAML", _ORDINARY_NUMBER)
    return int(value) if kind is values.UINT else value


# Texts that a YAML 1.1 or 1.2 parser would not read back as the same text.
_SPECIAL_WORD = re.compile(
    r"(?i)(?:~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf|=|<<)",
)
_LIKE_A_NUMBER = re.compile(r"[-+]?\.?[0-9][0-9a-fA-F_xXoObB.,:eEtTzZ+\- ]*")
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n\r\t]*|[-?:][^\s\n\r\t][^\n\r\t]*")
_BREAKS_PLAIN = re.compile(r": |:$| #|^\s|\s$|^---|^\.\.\.")


def yaml_text(value: Any) -> str:
    """Return a value as YAML, without a line feed at its end unless a text needs it there."""
    sink = Sink()
    _write(sink, value, 0, after_key=False)
    return sink.text().lstrip("\n") + ("\n" if _ends_with_block(value) else "")


def _ends_with_block(value: Any) -> bool:
    """Return whether the last part written is a block whose own line feed would be lost."""
    while isinstance(value, (dict, list)) and value:
        value = value[sorted_keys(value)[-1]] if isinstance(value, dict) else value[-1]
    return isinstance(value, str) and value.endswith("\n") and _suits_block(value)


def _write(sink: Sink, value: Any, indent: int, after_key: bool) -> None:
    """Write a value; after a key, a list or map begins on the next line."""
    kind = kind_of(value)
    if kind is values.MAP and value:
        _write_map(sink, value, indent)
    elif kind is values.LIST and value:
        _write_list(sink, value, indent)
    else:
        sink.write((" " if after_key else "") + _scalar(value, kind, indent))


def _write_map(sink: Sink, mapping: Any, indent: int) -> None:
    for key in sorted_keys(mapping):
        sink.write(f"\n{' ' * indent}{_scalar(key, kind_of(key), None)}:")
        _write(sink, mapping[key], indent + 2, after_key=True)


def _write_list(sink: Sink, elements: Any, indent: int) -> None:
    for element in elements:
        nested = Sink()
        _write(nested, element, indent + 2, after_key=True)
        # The first line of a nested list or map follows the dash.
        sink.write(f"\n{' ' * indent}- {nested.text().lstrip()}")


def _scalar(value: Any, kind: str, indent: Any) -> str:
    if kind is values.MAP:
        return "{}"
    if kind is values.LIST:
        return "[]"
    if kind is values.NIL:
        return "null"
    if kind is values.BOOL:
        return "true" if value else "false"
    if kind is values.FLOAT:
        return _float(value)
    if kind is values.STRING:
        return _text(value, indent)
    return printed(value)


def _float(value: float) -> str:
    text = format_float(value, "g", SHORTEST)
    if text in ("NaN", "+Inf", "-Inf"):
        return {"NaN": ".nan", "+Inf": ".inf", "-Inf": "-.inf"}[text]
    # 1e+06 is a text for readers of YAML 1.1, 1.0e+06 is a number for all.
    return text if "." in text or "e" not in text else text.replace("e", ".0e")


def _text(text: str, indent: Any) -> str:
    if indent is not None and _suits_block(text):
        return _block(text, max(indent, 2))
    if (
        not _PLAIN.fullmatch(text)
        or _SPECIAL_WORD.fullmatch(text)
        or _LIKE_A_NUMBER.fullmatch(text)
        or _BREAKS_PLAIN.search(text)
        or not text.isprintable()
    ):
        if "'" not in text and text.isprintable():
            return f"'{text}'"
        return _double_quoted(text)
    return text


def _double_quoted(text: str) -> str:
    # JSON's escapes are YAML's too, except that YAML has no pairs of surrogates.
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _suits_block(text: str) -> bool:
    """Return whether a text of several lines can be written with ``|`` or ``|-``."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and bool(lines[0])
        and bool(lines[-1] or (len(lines) > 2 and lines[-2]))
        and not lines[0].startswith((" ", "\t"))
        and all(line.replace("\t", "").isprintable() for line in lines)
    )


def _block(text: str, indent: int) -> str:
    ends = text.endswith("\n")
    pad = " " * indent
    body = text[:-1] if ends else text
    lines = "\n".join(pad + line if line else "" for line in body.split("\n"))
    return f"|{'' if ends else '-'}\n{lines}"
