# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals by name and by number. The numbers are those of Linux, also where a stack is checked."""

from __future__ import annotations

import re
from typing import Any

from .comma_strings import text
from .errors import ResourceError
from .suggest import nearest

_IN_ORDER = (
    "HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP"
    " TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS"
)
_NUMBERS = {name: number for number, name in enumerate(_IN_ORDER.split(), 1)}
_NUMBERS.update({"IOT": 6, "CLD": 17, "POLL": 29, "UNUSED": 31})
_FIRST_REAL_TIME, _LAST = 34, 64
_REAL_TIME = re.compile(r"RTMIN(?:\+(\d{1,2}))?|RTMAX(?:-(\d{1,2}))?")


def parse(value: Any, attribute: str) -> str:
    """Return a signal as the user wrote it. Raise ResourceError if Linux does not have it."""
    written = text(value).strip()
    if number(written) is None:
        near = nearest(_short(written), _NUMBERS)
        hint = f"did you mean SIG{near}?" if near else "write SIGTERM, TERM or 15"
        raise ResourceError(f"{attribute}: unknown signal {written!r}", hint)
    return written


def number(name: str) -> int | None:
    """Return the number of ``SIGTERM``, ``term`` or ``15``; None for an unknown signal."""
    short = _short(name)
    if short.isascii() and short.isdigit():
        return int(short) if 1 <= int(short) <= _LAST else None
    match = _REAL_TIME.fullmatch(short)
    if match is None:
        return _NUMBERS.get(short)
    if short.startswith("RTMIN"):
        found = _FIRST_REAL_TIME + int(match.group(1) or 0)
    else:
        found = _LAST - int(match.group(2) or 0)
    return found if _FIRST_REAL_TIME <= found <= _LAST else None


def _short(name: str) -> str:
    name = name.upper()
    return name[len("SIG") :] if name.startswith("SIG") else name
