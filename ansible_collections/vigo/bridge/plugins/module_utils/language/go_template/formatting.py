# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formats one value for one verb of printf, by the rules of Go's fmt."""

from __future__ import annotations

from typing import Any, Optional

from ...common.dataclass import dataclass, replace
from . import values
from .errors import Fault
from .limits import Sink
from .strconv import SHORTEST, can_be_raw, character_of, format_float, quoted, quoted_character
from .values import kind_of, sorted_keys, type_name, utf8


@dataclass(frozen=True)
class Directive:
    """The flags, width and precision of one ``%`` directive."""

    minus: bool = False
    plus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    width: Optional[int] = None
    precision: Optional[int] = None
    go_syntax: bool = False

    def padded(self, text: str, zeros: bool = True) -> str:
        missing = (self.width or 0) - len(text)
        if missing <= 0:
            return text
        if self.minus:
            return text + " " * missing
        return ("0" if self.zero and zeros else " ") * missing + text


PLAIN = Directive()


def write_value(sink: Sink, directive: Directive, verb: str, value: Any) -> None:
    """Write a value that is not inside a list or map."""
    if kind_of(value) is values.NIL:
        known = verb in ("v", "T")
        sink.write(directive.padded("<nil>") if known else f"%!{verb}(<nil>)")
    elif verb == "T":
        sink.write(_text(directive, type_name(value)))
    elif verb == "p":
        if kind_of(value) in (values.LIST, values.MAP):
            raise Fault(advice="write %v", message="%p is not supported: values have no addresses")
        _write_bad_verb(sink, directive, verb, value)
    elif verb == "w":
        _write_bad_verb(sink, directive, verb, value)
    else:
        _write(sink, directive, verb, value)


def _write(sink: Sink, directive: Directive, verb: str, value: Any) -> None:
    kind = kind_of(value)
    if kind is values.LIST:
        _write_list(sink, directive, verb, value)
    elif kind is values.MAP:
        _write_map(sink, directive, verb, value)
    elif kind is values.NIL:
        sink.write("interface {}(nil)" if directive.go_syntax else "<nil>")
    else:
        text = _scalar(directive, verb, value, kind)
        if text is None:
            _write_bad_verb(sink, directive, verb, value)
        else:
            sink.write(text)


def _write_bad_verb(sink: Sink, directive: Directive, verb: str, value: Any) -> None:
    sink.write(f"%!{verb}({type_name(value)}=")
    _write(sink, directive, "v", value)
    sink.write(")")


def _write_list(sink: Sink, directive: Directive, verb: str, elements: Any) -> None:
    go_syntax = directive.go_syntax
    sink.write("[]interface {}{" if go_syntax else "[")
    for index, element in enumerate(elements):
        if index:
            sink.write(", " if go_syntax else " ")
        _write(sink, directive, verb, element)
    sink.write("}" if go_syntax else "]")


def _write_map(sink: Sink, directive: Directive, verb: str, mapping: Any) -> None:
    go_syntax = directive.go_syntax
    sink.write(type_name(mapping) + "{" if go_syntax else "map[")
    for index, key in enumerate(sorted_keys(mapping)):
        if index:
            sink.write(", " if go_syntax else " ")
        _write(sink, directive, verb, key)
        sink.write(":")
        _write(sink, directive, verb, mapping[key])
    sink.write("}" if go_syntax else "]")


def _scalar(directive: Directive, verb: str, value: Any, kind: str) -> Optional[str]:
    """Return the text of a scalar, or None when the verb is not for its kind."""
    if kind is values.STRING:
        return _string(directive, verb, value)
    if kind is values.BOOL:
        return directive.padded("true" if value else "false") if verb in "tv" else None
    if kind is values.FLOAT:
        return _float(directive, verb, value)
    if kind is values.COMPLEX:
        return _complex(directive, verb, value)
    return _integer(directive, verb, value, kind is values.UINT)


# Texts


def _string(directive: Directive, verb: str, text: str) -> Optional[str]:
    if verb == "q" or (verb == "v" and directive.go_syntax):
        return _quoted_text(directive, text)
    if verb in "sv":
        return _text(directive, text)
    if verb in "xX":
        return _hex_text(directive, verb, text)
    return None


def _text(directive: Directive, text: str) -> str:
    if directive.precision is not None:
        text = text[: directive.precision]
    return directive.padded(text)


def _quoted_text(directive: Directive, text: str) -> str:
    if directive.precision is not None:
        text = text[: directive.precision]
    if directive.sharp and can_be_raw(text):
        return directive.padded(f"`{text}`")
    return directive.padded(quoted(text, ascii_only=directive.plus))


def _hex_text(directive: Directive, verb: str, text: str) -> str:
    encoded = utf8(text)
    if directive.precision is not None:
        encoded = encoded[: directive.precision]
    pairs = [f"{byte:02x}" for byte in encoded]
    prefix = "0x" if directive.sharp and pairs else ""
    if directive.space:
        joined = " ".join(prefix + pair for pair in pairs)
    else:
        joined = prefix + "".join(pairs)
    return directive.padded(joined.upper() if verb == "X" else joined)


# Numbers


def _integer(directive: Directive, verb: str, value: int, unsigned: bool) -> Optional[str]:
    if verb == "v" and directive.go_syntax and unsigned:
        return _digits(replace(directive, sharp=True), "x", value)
    if verb in "vdboOxX":
        return _digits(directive, verb, value)
    if verb == "c":
        return directive.padded(character_of(value))
    if verb == "q":
        return directive.padded(quoted_character(value, ascii_only=directive.plus))
    if verb == "U":
        return _unicode(directive, value)
    return None


def _digits(directive: Directive, verb: str, value: int) -> str:
    minimum = 0
    if directive.precision is not None:
        if directive.precision == 0 and value == 0:
            return " " * (directive.width or 0)
        minimum = directive.precision
    elif directive.zero and directive.width is not None:
        signed = value < 0 or directive.plus or directive.space
        minimum = directive.width - 1 if signed else directive.width
    base = {"b": "b", "o": "o", "O": "o", "x": "x", "X": "X"}.get(verb, "d")
    digits = format(abs(value), base).rjust(minimum, "0")
    if directive.sharp:
        if base == "b":
            digits = "0b" + digits
        elif base == "o" and not digits.startswith("0"):
            digits = "0" + digits
        elif base in "xX":
            digits = "0" + base + digits
    if verb == "O":
        digits = "0o" + digits
    return directive.padded(_sign(directive, value < 0) + digits, zeros=False)


def _sign(directive: Directive, negative: bool) -> str:
    if negative:
        return "-"
    return "+" if directive.plus else " " if directive.space else ""


def _unicode(directive: Directive, value: int) -> str:
    if value < 0:
        value += 2**64
    text = "U+" + f"{value:X}".rjust(max(directive.precision or 0, 4), "0")
    if directive.sharp and value <= 0x10FFFF and character_of(value).isprintable():
        text += f" '{character_of(value)}'"
    return directive.padded(text, zeros=False)


_FLOAT_VERBS = {
    "v": ("g", SHORTEST),
    "b": ("b", SHORTEST),
    "g": ("g", SHORTEST),
    "G": ("G", SHORTEST),
    "x": ("x", SHORTEST),
    "X": ("X", SHORTEST),
    "f": ("f", 6),
    "F": ("f", 6),
    "e": ("e", 6),
    "E": ("E", 6),
}


def _float(directive: Directive, verb: str, value: float) -> Optional[str]:
    if verb not in _FLOAT_VERBS:
        return None
    form, precision = _FLOAT_VERBS[verb]
    if directive.precision is not None:
        precision = directive.precision
    number = format_float(value, form, precision)
    sign = "-" if number.startswith("-") else "+"
    number = number.lstrip("+-")
    if directive.space and sign == "+" and not directive.plus:
        sign = " "
    if number == "Inf":
        shown = sign if directive.plus or sign != "+" else ""
        return directive.padded(shown + number, zeros=False)
    if number == "NaN":
        shown = sign if directive.plus or directive.space else ""
        return directive.padded(shown + number, zeros=False)
    if directive.sharp and form != "b":
        number = _with_point(number, form, precision)
    if not directive.plus and sign == "+":
        return directive.padded(number)
    if directive.zero and (directive.width or 0) > len(number) + 1:
        return sign + number.rjust((directive.width or 0) - 1, "0")
    return directive.padded(sign + number)


def _with_point(number: str, form: str, precision: int) -> str:
    """Return a number with the flag ``#``: a decimal point always, and trailing zeros for %g."""
    missing = 0
    if form in "gGx":
        missing = 6 if precision == SHORTEST else precision
    mark = next((m for m in ("pP" if form in "xX" else "eE") if m in number), "")
    body, tail = number, ""
    if mark:
        at = number.index(mark)
        body, tail = number[:at], number[at:]
    significant = body.replace(".", "").lstrip("0")
    missing -= len(significant)
    if "." not in body:
        if body == "0":
            missing -= 1
        body += "."
    return body + "0" * max(missing, 0) + tail


def _complex(directive: Directive, verb: str, value: complex) -> Optional[str]:
    real = _float(directive, verb, value.real)
    imaginary = _float(replace(directive, plus=True), verb, value.imag)
    return None if real is None or imaginary is None else f"({real}{imaginary}i)"
