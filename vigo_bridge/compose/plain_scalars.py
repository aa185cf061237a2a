# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers and truth values that stand unquoted where compose expects a text."""

from __future__ import annotations

import re
from decimal import Decimal

from vigo_bridge.compose.text import Interpolated, Text, text_of
from vigo_bridge.language.values import Scalar

_TRUTH = {word: word.lower() for word in ["true", "True", "TRUE", "false", "False", "FALSE"]}
_BASES = {"0b": 2, "0o": 8, "0x": 16}
_INTEGER = re.compile(r"([-+]?)(0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+|0[0-7]+|0|[1-9][0-9]{0,20})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LARGEST = 1 << 64
#: From this power of ten on, Go writes an exponent, and below the other.
_LARGE, _SMALL = 21, -4


def printed_by_compose(scalar: Scalar) -> Text:
    """Return the text that a container gets: 1.1 for an unquoted 1.10, and true for True."""
    is_text = isinstance(scalar.data, str) or isinstance(scalar, Interpolated)
    return text_of(scalar) if is_text else Text((_printed(scalar.text),), scalar.position)


def _printed(text: str) -> str:
    if text in _TRUTH:
        return _TRUTH[text]
    integer = _INTEGER.fullmatch(text)
    if integer:
        sign, number = integer.groups()
        is_octal = number.startswith("0") and number != "0"
        value = int(number, _BASES.get(number[:2], 8 if is_octal else 10))
        if value < _LARGEST:
            return str(-value if sign == "-" else value)
    return _float(text) if _FLOAT.fullmatch(text) else text


def _float(digits: str) -> str:
    """Return a floating-point number as Go prints it."""
    value = Decimal(repr(float(digits)))
    if not value.is_finite():
        return digits
    if not value:
        return "-0" if value.is_signed() else "0"
    value = value.normalize()
    exponent = value.adjusted()
    if _SMALL <= exponent < _LARGE:
        return f"{value:f}"
    return f"{value.scaleb(-exponent):f}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"
