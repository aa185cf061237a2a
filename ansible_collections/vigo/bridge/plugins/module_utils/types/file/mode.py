# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permissions, as an octal number or in the symbolic form of ``chmod``."""

from __future__ import annotations

import os
import re
from typing import Any

from ...common.dataclass import dataclass
from ...common.errors import ResourceError

#: One part of a symbolic mode between commas, such as ``ug+rw-x``, and each change in it.
_CLAUSE = re.compile(r"([ugoa]*)((?:[-+=](?:[rwxXst]+|[ugo])?)+)")
_CHANGE = re.compile(r"([-+=])([rwxXst]*|[ugo])(?=[-+=]|$)")
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_BITS = {"r": 4, "w": 2, "x": 1}
_SPECIAL = {("u", "s"): 0o4000, ("g", "s"): 0o2000, ("o", "t"): 0o1000}
#: The bits that ``=`` clears besides the permissions of the class.
_SPECIAL_OF = {"u": 0o4000, "g": 0o2000, "o": 0o1000}


@dataclass(frozen=True)
class _Change:
    """classes: some of ``ugo``. is_masked: whether no class was written, so that the umask
    applies.
    """

    classes: str
    is_masked: bool
    operator: str
    permissions: str


@dataclass(frozen=True)
class Mode:
    """A mode as it was written. octal: the number; None for a symbolic mode with its changes."""

    octal: int | None = None
    changes: tuple[_Change, ...] = ()

    def of(self, present: int) -> int:
        """Return the mode of a file that has the mode ``present``."""
        if self.octal is not None:
            return self.octal
        for change in self.changes:
            present = _changed(present, change)
        return present


def parse(value: Any) -> Mode | None:
    """Return the mode, or None if none is set. Raise ResourceError.

    A YAML 1.1 parser has already converted 0644 to a number.
    """
    if value in (None, ""):
        return None
    text = str(value)
    if isinstance(value, int) and not isinstance(value, bool):
        text = f"{value:o}"
    if re.fullmatch(r"(0o)?[0-7]+", text) and int(text, 8) <= 0o7777:
        return Mode(int(text, 8))
    clauses = [_CLAUSE.fullmatch(clause) for clause in text.split(",")]
    if not all(clauses):
        raise ResourceError(
            f"mode: invalid mode {value!r}: expected an octal number such as 0644, or a symbolic"
            " mode such as u=rw,g=r"
        )
    return Mode(changes=tuple(change for clause in clauses if clause for change in _of(clause)))


def _of(clause: re.Match[str]) -> list[_Change]:
    classes = "ugo" if "a" in clause[1] or not clause[1] else clause[1]
    return [
        _Change(classes, not clause[1], operator, permissions)
        for operator, permissions in _CHANGE.findall(clause[2])
    ]


def _changed(mode: int, change: _Change) -> int:
    bits = cleared = 0
    for one in change.classes:
        cleared |= (0o7 << _SHIFTS[one]) | _SPECIAL_OF[one]
        bits |= _bits(one, change.permissions, mode)
    if change.is_masked:
        bits &= ~_umask()
    if change.operator == "+":
        return mode | bits
    return mode & ~bits if change.operator == "-" else (mode & ~cleared) | bits


def _bits(one: str, permissions: str, mode: int) -> int:
    """Return the bits of one class. mode: what ``X`` and a class after the operator refer to."""
    if permissions in _SHIFTS:
        return ((mode >> _SHIFTS[permissions]) & 0o7) << _SHIFTS[one]
    bits = 0
    for permission in permissions:
        if permission == "X":
            permission = "x" if mode & 0o111 else ""
        bits |= _BITS.get(permission, 0) << _SHIFTS[one]
        bits |= _SPECIAL.get((one, permission), 0)
    return bits


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
