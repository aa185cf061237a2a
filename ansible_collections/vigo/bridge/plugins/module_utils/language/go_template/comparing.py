# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values are equal, and which comes first."""

from __future__ import annotations

from typing import Any

from . import values
from .errors import Fault
from .values import kind_of, type_name, utf8

_NUMBERS = (values.INT, values.UINT)
_CONTAINERS = (values.LIST, values.MAP)
_ONE_KIND = (
    "compare values of one kind: `int` makes a number of a text, `print` a text of any value"
)


def equal(left: Any, right: Any) -> bool:
    """Whether two values are equal; raises ``Fault`` where their kinds do not compare."""
    left_kind, right_kind = kind_of(left), kind_of(right)
    if values.NIL in (left_kind, right_kind):
        return left_kind is right_kind
    if left_kind in _CONTAINERS and right_kind in _CONTAINERS:
        raise Fault(f"non-comparable type {type_name(right)}", _ONE_KIND)
    if left_kind is not right_kind and not (left_kind in _NUMBERS and right_kind in _NUMBERS):
        raise _incompatible(left, right)
    return bool(left == right)


def less(left: Any, right: Any) -> bool:
    """Whether ``left`` comes before ``right``; raises ``Fault`` where neither does."""
    left_kind, right_kind = kind_of(left), kind_of(right)
    for kind, value in ((left_kind, left), (right_kind, right)):
        if kind in _CONTAINERS or kind is values.NIL:
            raise Fault(f"invalid type for comparison: {type_name(value)}", _ONE_KIND)
    if left_kind is not right_kind and not (left_kind in _NUMBERS and right_kind in _NUMBERS):
        raise _incompatible(left, right)
    if left_kind in (values.BOOL, values.COMPLEX):
        raise Fault(f"invalid type for comparison: {type_name(left)}", _ONE_KIND)
    if left_kind is values.STRING:
        return utf8(left) < utf8(right)
    return bool(left < right)


def _incompatible(left: Any, right: Any) -> Fault:
    return Fault(
        f"incompatible types for comparison: {type_name(left)} and {type_name(right)}", _ONE_KIND
    )
