# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes values as YAML: block style, map keys in order, texts quoted only where needed."""

from __future__ import annotations

import json
import re
from typing import Any

from . import values
from .floats import SHORTEST, format_float
from .printing import printed
from .sink import Sink
from .values import kind_of, sorted_keys

# What a YAML 1.1 or 1.2 reader would not take for this very text.
_SPECIAL_WORD = re.compile(
    r"(?i)(?:~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf|=|<<)",
)
_LIKE_A_NUMBER = re.compile(r"[-+]?\.?[0-9][0-9a-fA-F_xXoObB.,:eEtTzZ+\- ]*")
_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n\r\t]*|[-?:][^\s\n\r\t][^\n\r\t]*")
_BREAKS_PLAIN = re.compile(r": |:$| #|^\s|\s$|^---|^\.\.\.")


def yaml_text(value: Any) -> str:
    """A value as YAML, without a line feed at its end unless a text needs it there."""
    sink = Sink()
    _write(sink, value, 0, after_key=False)
    return sink.text().lstrip("\n") + ("\n" if _ends_with_block(value) else "")


def _ends_with_block(value: Any) -> bool:
    """Whether what is written last is a block whose own line feed would be lost."""
    while isinstance(value, (dict, list)) and value:
        value = value[sorted_keys(value)[-1]] if isinstance(value, dict) else value[-1]
    return isinstance(value, str) and value.endswith("\n") and _suits_block(value)


def _write(sink: Sink, value: Any, indent: int, after_key: bool) -> None:
    """Writes a value; after a key, a list or map begins on the next line."""
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
    """Whether a text of several lines can be written with ``|`` or ``|-``."""
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
