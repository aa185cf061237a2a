# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain scalars by the core schema of YAML 1.2: `no`, `22:22` and dates are text."""

from __future__ import annotations

import re

#: The Python types of scalars.
ScalarData = None | bool | int | float | str

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    text: truth
    for truth in (True, False)
    for text in (str(truth).lower(), str(truth), str(truth).upper())
}
_DECIMAL = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_NOT_A_NUMBER = frozenset({".nan", ".NaN", ".NAN"})

# Longer ones are not numbers: Python refuses to parse them.
_MAX_DIGITS = 1000


def plain_value(text: str) -> ScalarData:
    """Return the value of an unquoted scalar."""
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if len(text) > _MAX_DIGITS:
        return text
    return _number(text)


def _number(text: str) -> int | float | str:
    if _DECIMAL.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if infinity := _INFINITY.fullmatch(text):
        return float(infinity[1] + "inf")
    return float("nan") if text in _NOT_A_NUMBER else text
