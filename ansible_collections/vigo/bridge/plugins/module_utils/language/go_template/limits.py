# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much a template may ask for, so that a hostile or mistaken one ends with an error."""

from __future__ import annotations

MAX_NESTING = 50
"""Blocks and parentheses inside one another."""

MAX_DEPTH = 100
"""Blocks, parentheses and template calls inside one another while rendering."""

MAX_STEPS = 1_000_000
"""Actions, texts, turns of a range, calls, and parts of values that are looked at, which one
rendering may execute. Some microseconds each."""

CHARACTERS_PER_STEP = 64
"""How many characters of a text, or elements that are only copied, count as one step."""

MAX_TEXT = 64 * 1024 * 1024
"""Characters of a rendered text, and of every text that a function makes."""
