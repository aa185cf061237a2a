# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Literals and numbers as Go reads and writes them, in its package strconv."""

from __future__ import annotations

import math
import re
from typing import Optional, Tuple, Union

from .errors import Fault
from .values import text_of_bytes, utf8

Number = Union[int, float, complex]

_SIMPLE_ESCAPES = {
    "a": 7,
    "b": 8,
    "f": 12,
    "n": 10,
    "r": 13,
    "t": 9,
    "v": 11,
    "\\": 92,
}
_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    r"|(?P<octal>[0-7]{3})|(?P<simple>.))",
    re.DOTALL,
)
_DECIMAL_FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_HEX_FLOAT = re.compile(r"[+-]?0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+")
_INTEGER = re.compile(
    r"(?P<sign>[+-]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)"
    r"|0[oO](?P<oct>[0-7]+)|(?P<zero>0[0-7]*)|(?P<dec>[1-9][0-9]*))"
)
_COMPLEX = re.compile(r"(?P<real>.+)(?P<imaginary>[+-].*)i")
_MISPLACED_UNDERSCORE = re.compile(r"(?:^|[^0-9a-fA-FxXoO])_|_(?:$|[^0-9a-fA-F])")

_DOUBLE_QUOTES = "write a text in double quotes"
NUMBER_ADVICE = "write a number; expressions are not supported"

MAX_INT = 2**63 - 1
MAX_UNSIGNED = 2**64 - 1


def unquote(quoted: str) -> str:
    """Return the text of a string literal, with its quotes. Raise ``Fault``."""
    if quoted[0] == "`":
        return quoted[1:-1].replace("\r", "")
    body = quoted[1:-1]
    if "\\" not in body:
        return body
    encoded = bytearray()
    position = 0
    while position < len(body):
        backslash = body.find("\\", position)
        if backslash < 0:
            backslash = len(body)
        encoded += utf8(body[position:backslash])
        if backslash == len(body):
            break
        value, is_byte, position = _escape_at(body, backslash, '"')
        encoded += bytes([value]) if is_byte else chr(value).encode("utf-8")
    return text_of_bytes(bytes(encoded))


def character(quoted: str) -> int:
    """Return the code point of a character literal, with its quotes. Raise ``Fault``."""
    body = quoted[1:-1]
    if body.startswith("\\"):
        value, _is_byte, end = _escape_at(body, 0, "'")
        if end == len(body):
            return value
    elif len(body) == 1:
        return ord(body)
    if not body:
        raise Fault("invalid syntax", _DOUBLE_QUOTES)
    raise Fault(f"malformed character constant: {quoted}", _DOUBLE_QUOTES)


def _escape_at(body: str, backslash: int, quote: str) -> Tuple[int, bool, int]:
    """Return the value of an escape, whether it is one byte, and its end."""
    found = _ESCAPE.match(body, backslash)
    if found is None:
        raise Fault("invalid syntax", _DOUBLE_QUOTES)
    end = found.end()
    simple = found.group("simple")
    if simple is not None:
        if simple == quote:
            return ord(quote), False, end
        if simple not in _SIMPLE_ESCAPES:
            raise Fault(f"invalid syntax: unknown escape \\{simple}", _DOUBLE_QUOTES)
        return _SIMPLE_ESCAPES[simple], False, end
    if found.group("x"):
        return int(found.group("x"), 16), True, end
    if found.group("octal"):
        value = int(found.group("octal"), 8)
        if value > 255:
            raise Fault("invalid syntax: octal escape above \\377", _DOUBLE_QUOTES)
        return value, True, end
    value = int(found.group("u") or found.group("U"), 16)
    if value > 0x10FFFF or 0xD800 <= value <= 0xDFFF:
        raise Fault("invalid syntax: not a Unicode character", _DOUBLE_QUOTES)
    return value, False, end


def number(text: str) -> Number:
    """Return the value of a number literal. Raise ``Fault``.

    An integer too large for a 64-bit ``int`` is returned as it is: using it is the error.
    """
    if text.endswith("i"):
        imaginary = _float(text[:-1])
        if imaginary is not None:
            return complex(0, imaginary)
    integer = _integer(text)
    if integer is not None:
        # Go reads -0x1e as a float, because it looks for the letter e.
        if text[0] in "+-" and "e" in text.lower():
            return float(integer)
        return integer
    real = _float(text)
    if real is None:
        raise Fault(f'illegal number syntax: "{text}"', NUMBER_ADVICE)
    if not any(mark in text for mark in ".eEpP"):
        raise Fault(f'integer overflow: "{text}"', NUMBER_ADVICE)
    return real


def complex_number(text: str) -> complex:
    """Return the value of a literal such as ``1+2i``. Raise ``Fault``."""
    parts = _COMPLEX.fullmatch(text)
    if parts is not None:
        real, imaginary = _float(parts.group("real")), _float(parts.group("imaginary"))
        if real is not None and imaginary is not None:
            return complex(real, imaginary)
    raise Fault(f'illegal number syntax: "{text}"', NUMBER_ADVICE)


def _integer(text: str) -> Optional[int]:
    digits = _without_underscores(text)
    found = _INTEGER.fullmatch(digits) if digits else None
    if found is None:
        return None
    if found.group("hex"):
        value = int(found.group("hex"), 16)
    elif found.group("bin"):
        value = int(found.group("bin"), 2)
    elif found.group("oct"):
        value = int(found.group("oct"), 8)
    elif found.group("zero"):
        value = int(found.group("zero"), 8)
    else:
        # Python 3.11 refuses to convert very long decimals.
        if len(found.group("dec")) > 20:
            return None
        value = int(found.group("dec"))
    sign = found.group("sign")
    if sign:
        value = -value if sign == "-" else value
        return value if -MAX_INT - 1 <= value <= MAX_INT else None
    return value if value <= MAX_UNSIGNED else None


def _float(text: str) -> Optional[float]:
    digits = _without_underscores(text)
    if not digits:
        return None
    try:
        if _DECIMAL_FLOAT.fullmatch(digits):
            value = float(digits)
        elif _HEX_FLOAT.fullmatch(digits):
            value = float.fromhex(digits)
        else:
            return None
    except OverflowError:
        return None
    return None if math.isinf(value) else value


def _without_underscores(text: str) -> Optional[str]:
    """Return the text without its underscores, or None if they do not separate digits."""
    if "_" not in text:
        return text
    if "__" in text or _MISPLACED_UNDERSCORE.search(text):
        return None
    return text.replace("_", "")


_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
}


def quoted(text: str, ascii_only: bool = False) -> str:
    """Return a text in double quotes; what cannot be printed is escaped."""
    return '"' + "".join(_escaped(character, '"', ascii_only) for character in text) + '"'


def quoted_character(code: int, ascii_only: bool = False) -> str:
    """Return a character in single quotes."""
    return "'" + _escaped(character_of(code), "'", ascii_only) + "'"


def character_of(code: int) -> str:
    """Return the character of a code point; U+FFFD if there is none."""
    if 0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF:
        return chr(code)
    return "\ufffd"


def can_be_raw(text: str) -> bool:
    """Return whether a text can be written unchanged between back quotes on one line."""
    return not any(
        (character < " " and character != "\t")
        or character in "`\x7f\ufeff"
        or "\ud800" <= character <= "\udfff"
        for character in text
    )


def _escaped(character: str, quote: str, ascii_only: bool) -> str:
    if character == quote:
        return "\\" + character
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # stands for stands for a byte that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if character.isprintable() and not (ascii_only and code > 126):
        return character
    if code < 32 or code == 127:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


SHORTEST = -1
"""The precision that means: as many digits as are needed to distinguish the number from its
neighbours.
"""


def format_float(value: float, verb: str, precision: int) -> str:
    """Return a float in the format of ``verb``, one of ``e E f g G x X b``.

    A minus sign is written, a plus sign never.
    """
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
    """Return the shortest significant digits and the exponent of the first one."""
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
