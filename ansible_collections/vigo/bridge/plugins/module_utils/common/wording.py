# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Formats numbers in messages."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, as in ``1 task`` and ``2 tasks``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
