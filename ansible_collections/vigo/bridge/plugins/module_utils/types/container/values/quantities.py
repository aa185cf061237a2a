# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers, sizes, switches and words as users write them."""

from __future__ import annotations

import re
import shlex
from typing import Any

from ....common import comma_strings
from ....common.comma_strings import text
from ....common.errors import ResourceError

_SIZE = re.compile(r"(\d+)(?:\.(\d+))?\s*([bkmgt]?)(?:i?b)?", re.IGNORECASE)
_POWERS = {"": 0, "b": 0, "k": 1, "m": 2, "g": 3, "t": 4}
#: The longest number, in characters: Python does not parse very long ones.
_LONGEST = 40
_YES = frozenset({"true", "yes", "on", "1"})
_NO = frozenset({"false", "no", "off", "0"})


def size(value: Any, attribute: str) -> int:
    """Return the bytes of ``268435456``, ``256m``, ``1.5g``, ``512mb``; -1 for no limit."""
    written = text(value).strip()
    if written == "-1":
        return -1
    match = _SIZE.fullmatch(written)
    if match is None:
        raise ResourceError(
            f"{attribute}: {written!r} is not a size", "write bytes, or 512k, 256m, 2g"
        )
    whole, fraction, unit = match.group(1), match.group(2) or "", match.group(3).lower()
    number = 1 << 63
    if len(written) < _LONGEST:
        number = int(whole + fraction) * 1024 ** _POWERS[unit] // 10 ** len(fraction)
    if number >= 1 << 63:
        raise ResourceError(f"{attribute}: {written:.{_LONGEST}} is too large")
    return number


def switch(value: Any, attribute: str) -> bool:
    """Return true or false of the words that YAML and Ansible know for them."""
    written = text(value).strip().lower()
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise ResourceError(f"{attribute}: {written!r} is neither true nor false")


def nano_cpus(value: Any, attribute: str) -> int:
    """Return CPUs as billionths, as engines count them: ``1.5`` is 1500000000."""
    try:
        cpus = float(text(value).strip())
    except ValueError:
        cpus = -1.0
    if cpus and not 0.01 <= cpus < 100000:
        raise ResourceError(
            f"{attribute}: {text(value)!r} is not a number of CPUs", "write 0.5 or 2"
        )
    return round(cpus * 1e9)


def words(value: Any, attribute: str) -> tuple[str, ...]:
    """Return the words of a list, or of a string split as a shell does."""
    if isinstance(value, (list, tuple)):
        return comma_strings.words(value)
    try:
        return tuple(shlex.split(text(value)))
    except ValueError as error:
        raise ResourceError(
            f"{attribute}: cannot be split into words: {error}", "close the quote, or write a list"
        ) from None


def one_of(*choices: str) -> Any:
    """Return a parser that accepts only these words."""

    def parse(value: Any, attribute: str) -> str:
        if text(value) not in choices:
            raise ResourceError(f"{attribute}: {text(value)!r} is not one of {', '.join(choices)}")
        return text(value)

    return parse
