# SPDX-License-Identifier: GPL-3.0-or-later
"""Which attributes an error says are wrong: by its place, and by its message."""

from __future__ import annotations

import re

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import (
    ResourceError,
    errors_of,
)

_FIRST_WORD = re.compile(r"\w*")


def attributes_at_fault(error: ResourceError) -> list[str]:
    """Return the attribute of each single error; the position in the stack's file comes from it."""
    return [one.attribute for one in errors_of(error)]


def first_words(error: ResourceError) -> list[str]:
    """Return the first word of each single error, which usually is the attribute."""
    return [match[0] for one in errors_of(error) if (match := _FIRST_WORD.match(one.message))]
