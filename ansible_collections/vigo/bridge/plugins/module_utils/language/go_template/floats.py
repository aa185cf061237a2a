# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Floating point numbers as Go's strconv.FormatFloat writes them."""

from __future__ import annotations

import math
from typing import Tuple

SHORTEST = -1
"""The precision that means: as many digits as tell the number from its neighbours."""


def format_float(value: float, verb: str, precision: int) -> str:
    """``verb`` is one of ``e E f g G x X b``. A minus sign is written, a plus sign never."""
    if math.isnan(value):
        return "NaN"
    sign = "-" if math.copysign(1, value) < 0 else ""
    if math.isinf(value):
        return (sign or "+") + "Inf"
    value = abs(value)
    if verb in "xX":
        text = _hexadecimal(value, precision)
    elif verb == "b":
        text = _binary(value)
    elif precision >= 0:
        text = f"{value:.{precision or 1}g}" if verb in "gG" else f"{value:.{precision}{verb}}"
    else:
        text = _shortest(value, verb)
    return sign + (text.upper() if verb in "EGX" else text)


def _shortest(value: float, verb: str) -> str:
    digits, exponent = _decimal_digits(value)
    if verb == "f":
        return _fixed(digits, exponent)
    if verb in "eE" or exponent < -4 or exponent >= 6:
        return _scientific(digits, exponent)
    return _fixed(digits, exponent)


def _decimal_digits(value: float) -> Tuple[str, int]:
    """The shortest significant digits and the exponent of the first one."""
    if value == 0:
        return "0", 0
    mantissa, _e, exponent = f"{value!r}".lower().partition("e")
    whole, _dot, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = (
        len(whole) - 1 if whole.strip("0") else -1 - (len(fraction) - len(fraction.lstrip("0")))
    )
    return digits.rstrip("0") or "0", leading + int(exponent or 0)


def _fixed(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    whole = digits[: exponent + 1].ljust(exponent + 1, "0")
    fraction = digits[exponent + 1 :]
    return f"{whole}.{fraction}" if fraction else whole


def _scientific(digits: str, exponent: int) -> str:
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def _hexadecimal(value: float, precision: int) -> str:
    mantissa, exponent = math.frexp(value)
    if value == 0:
        fraction, power, lead = 0, 0, 0
    else:
        whole = int(mantissa * 2**53)  # 53 bits, the first of them set
        power, lead, fraction = exponent - 1, 1, whole - 2**52
    digits = f"{fraction:013x}"
    if precision == SHORTEST:
        digits = digits.rstrip("0")
    elif precision < 13:
        unit = 16 ** (13 - precision)
        total = (lead << 52) + fraction
        rounded, rest = divmod(total, unit)
        if rest * 2 > unit or (rest * 2 == unit and rounded & 1):
            rounded += 1
        lead, fraction = divmod(rounded, 16**precision)
        if lead > 1:
            lead, power = 1, power + 1
        digits = f"{fraction:0{precision}x}" if precision else ""
    else:
        digits = digits.ljust(precision, "0")
    point = f".{digits}" if digits else ""
    return f"0x{lead}{point}p{'-' if power < 0 else '+'}{abs(power):02d}"


def _binary(value: float) -> str:
    if value == 0:
        return "0p-1074"
    mantissa, exponent = math.frexp(value)
    power = exponent - 53
    whole = int(mantissa * 2**53)
    if power < -1074:
        whole >>= -1074 - power
        power = -1074
    return f"{whole}p{power:+d}"
