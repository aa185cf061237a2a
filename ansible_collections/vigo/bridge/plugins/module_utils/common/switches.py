# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that are true or false, present or absent."""

from __future__ import annotations

from typing import Any

from .errors import ResourceError


def is_on(value: Any, attribute: str) -> bool:
    """Return the Boolean value of a text; False if it is not set. Raise ResourceError."""
    text = str(value or False).lower()
    if text not in ("true", "yes", "false", "no"):
        raise ResourceError(f"{attribute}: {value!r} is neither true nor false")
    return text in ("true", "yes")


def is_absent(state: str) -> bool:
    """Return whether the attribute ``state`` is ``absent``. Raise ResourceError."""
    if state not in ("present", "absent"):
        raise ResourceError(f"state: {state!r} is neither present nor absent")
    return state == "absent"
