# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of scalars in Compose's YAML, and how Go prints them.

It is the core schema of Go's package yaml.v3: `yes` is a string, `1_000` and `0b11` are numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from vigo_bridge.compose.text import Interpolated
from vigo_bridge.language.scalars import plain_value
from vigo_bridge.language.values import Scalar

#: What a scalar can be.
NULL, STRING, INTEGER, FLOAT, TRUTH, DATE = "null", "string", "integer", "float", "truth", "date"

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTH = {word: word.lower() for word in ["true", "True", "TRUE", "false", "False", "FALSE"]}
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_INTEGER = re.compile(r"([-+]?)(0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)?)?",
    re.ASCII,
)
#: Go's int64 and uint64 together.
_SMALLEST, _LARGEST = -(1 << 63), (1 << 64) - 1
#: Longer ones are not meant as numbers.
_MOST_DIGITS = 400
#: From this power of ten on, Go writes an exponent, and below the other.
_LARGE, _SMALL = 6, -4


@dataclass(frozen=True)
class Plain:
    """A scalar as Compose takes it. text: as Go prints it; empty for null.

    number: of an integer or a float; None if it is neither, or not finite.
    """

    kind: str
    text: str
    number: int | float | None = None


def taken_by_compose(scalar: Scalar) -> Plain:
    """Return a scalar's value for Compose. A variable's value is a string."""
    is_tagged = isinstance(scalar.data, str) and not isinstance(plain_value(scalar.text), str)
    if scalar.style or is_tagged or isinstance(scalar, Interpolated):
        return Plain(STRING, scalar.text)
    return _plain(scalar.text)


def _plain(text: str) -> Plain:
    if text in _NULLS:
        return Plain(NULL, "")
    if text in _TRUTH:
        return Plain(TRUTH, _TRUTH[text])
    if _NOT_FINITE.fullmatch(text):
        return Plain(FLOAT, text)
    date = _date(text)
    if date is not None:
        return Plain(DATE, date)
    digits = text if text[0] in "._" else text.replace("_", "")
    if len(digits) > _MOST_DIGITS:
        return Plain(STRING, text)
    return _integer(digits) or _float(digits) or Plain(STRING, text)


def _integer(digits: str) -> Plain | None:
    found = _INTEGER.fullmatch(digits)
    if found is None:
        return None
    sign, number = found.groups()
    value = int(number, 8 if number[1:2].isdigit() and number.startswith("0") else 0)
    value = -value if sign == "-" else value
    # Compose has no larger integers; a decimal one becomes a float.
    is_one = _SMALLEST <= value <= _LARGEST
    return Plain(INTEGER, str(value), value) if is_one else None


def _float(digits: str) -> Plain | None:
    value = float(digits) if _FLOAT.fullmatch(digits) else float("inf")
    if value in (float("inf"), float("-inf")):
        return None
    return Plain(FLOAT, _printed_float(value), value)


def _printed_float(number: float) -> str:
    value = Decimal(repr(number))
    if not value:
        return "-0" if value.is_signed() else "0"
    value = value.normalize()
    exponent = value.adjusted()
    if _SMALL <= exponent < _LARGE:
        return f"{value:f}"
    return f"{value.scaleb(-exponent):f}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def _date(text: str) -> str | None:
    """Return a date as Go prints it, `2024-01-02 00:00:00 +0000 UTC`; None for other texts."""
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day, separator, hour, minute, second, fraction, zone = found.groups()
    if (separator in ("T", "t") and zone is None) or (separator == " " and zone is not None):
        return None
    try:
        date = datetime(int(year), int(month), int(day), tzinfo=_zone(zone))
        moment = date.replace(hour=int(hour or 0), minute=int(minute or 0), second=int(second or 0))
    except ValueError:
        return None
    digits = (fraction or "")[:9].rstrip("0")
    offset = f"{moment:%z}"
    name = "UTC" if moment.utcoffset() == timedelta(0) else offset
    shown = f"{moment:%m-%d %H:%M:%S}" + (f".{digits}" if digits else "")
    return f"{moment.year:04}-{shown} {offset} {name}"


def _zone(written: str | None) -> timezone:
    if written in (None, "Z"):
        return UTC
    assert written is not None
    hours, minutes = int(written[1:3]), int(written[4:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if written[0] == "-" else offset)
