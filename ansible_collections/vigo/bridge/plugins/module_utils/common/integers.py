# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Integers in attributes."""

from __future__ import annotations

import re
from typing import Any

from .comma_strings import text
from .errors import ResourceError

_INTEGER = re.compile(r"[+-]?[0-9]{1,100}", re.ASCII)


def integer(value: Any, attribute: str) -> int:
    """Return an integer as written. Raise ResourceError.

    Accepts 2.0, because in Ansible's templates 4 / 2 is 2.0.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    written = text(value).strip()
    if not _INTEGER.fullmatch(written):
        raise ResourceError(f"{attribute}: {written[:40]!r} is not an integer")
    return int(written)


def integer_within(value: Any, attribute: str, least: int, most: int) -> int:
    """Return the integer, or 0 if none is given. Raise ResourceError."""
    number = 0 if value in (None, "") else integer(value, attribute)
    if not least <= number <= most:
        raise ResourceError(f"{attribute}: {number} is not an integer from {least} to {most}")
    return number
