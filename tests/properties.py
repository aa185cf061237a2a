# SPDX-License-Identifier: GPL-3.0-or-later
"""How many examples of each property hypothesis tries: few every day, many in the long tests."""

from __future__ import annotations

from hypothesis import settings

EVERYDAY = "everyday"
LONG = "long"

#: How many times more the long tests try.
_LONGER = 20

# Properties hold on any machine, however busy: no example has a deadline.
settings.register_profile(EVERYDAY, deadline=None, max_examples=30)
settings.register_profile(LONG, deadline=None, max_examples=30 * _LONGER)
settings.load_profile(EVERYDAY)  # pytest loads the other one with --hypothesis-profile.


def examples(everyday: int) -> int:
    """Return the number of examples of a property that needs more than others, or fewer."""
    return everyday * (_LONGER if settings.get_current_profile_name() == LONG else 1)
