# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Durations as users write them: ``90``, ``30s``, ``5m``, ``1h``, ``1m30s``, ``500us``.

The units are those of Go, and so those of Docker and Compose.
"""

from __future__ import annotations

import re
from typing import Any

from .errors import ResourceError

_UNITS = {
    "ns": 1e-9,
    **dict.fromkeys(("us", "\u00b5s", "\u03bcs"), 1e-6),
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "": 1.0,
}
#: The longest duration, about 57 years: systems and engines cannot handle much longer ones.
_LONGEST = 500001 * 3600.0
_NUMBER = r"\d+(?:\.\d*)?|\.\d+"
_UNIT = "|".join(filter(None, _UNITS))
_PART = re.compile(rf"({_NUMBER})({_UNIT}|)")
_WHOLE = re.compile(rf"(?:(?:{_NUMBER})(?:{_UNIT}))+|{_NUMBER}")


def seconds(value: Any, attribute: str) -> float:
    """Return the length in seconds. Raise ResourceError naming the attribute."""
    text = str(value).strip()
    if isinstance(value, bool) or not _WHOLE.fullmatch(text):
        raise ResourceError(
            f"{attribute}: {value!r} is not a duration", "write seconds (90) or 30s, 5m, 1h"
        )
    length = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    if length >= _LONGEST:
        raise ResourceError(f"{attribute}: {text:.40} is too long", "write at most 500000h")
    return length
