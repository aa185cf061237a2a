# SPDX-License-Identifier: GPL-3.0-or-later
"""Wording that the messages of all packages share."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.vigo.bridge.plugins.module_utils.common.wording import counted

__all__ = ["counted", "size", "some"]

_FEW = 5


def size(count: int) -> str:
    """Return a number of bytes for a message, such as `12.3 KiB`."""
    if count < 1024:
        return counted(count, "byte")
    number, unit = count / 1024, "KiB"
    if number >= 1024:
        number, unit = number / 1024, "MiB"
    return f"{number:.1f} {unit}"


def some(names: Sequence[str]) -> str:
    """Return names for a message, of many only the first."""
    shown = ", ".join(names[:_FEW])
    more = len(names) - _FEW
    return f"{shown} and {counted(more, 'other')}" if more > 0 else shown
