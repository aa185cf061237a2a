# SPDX-License-Identifier: GPL-3.0-or-later
"""How messages of all rooms word the same thing."""

from __future__ import annotations

from collections.abc import Sequence

_FEW = 5


def some(names: Sequence[str]) -> str:
    """Names for a message, of many only the first."""
    shown = ", ".join(names[:_FEW])
    return f"{shown} and {len(names) - _FEW} others" if len(names) > _FEW else shown
