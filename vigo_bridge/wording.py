# SPDX-License-Identifier: GPL-3.0-or-later
"""How messages of all rooms word the same thing."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.vigo.bridge.plugins.module_utils.common.wording import counted

__all__ = ["counted", "some"]

_FEW = 5


def some(names: Sequence[str]) -> str:
    """Return names for a message, of many only the first."""
    shown = ", ".join(names[:_FEW])
    more = len(names) - _FEW
    return f"{shown} and {counted(more, 'other')}" if more > 0 else shown
