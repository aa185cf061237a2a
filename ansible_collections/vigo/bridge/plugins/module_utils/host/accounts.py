# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user accounts of this machine."""

from __future__ import annotations

import pwd

from ..common.errors import ResourceError


def account_of(user: str) -> pwd.struct_passwd:
    """Return the account of a user, by name or number. Raises ResourceError."""
    try:
        return pwd.getpwnam(user)
    except KeyError:
        pass
    try:
        return pwd.getpwuid(int(user))
    except (KeyError, ValueError, OverflowError):
        raise ResourceError(
            f"user {user!r} does not exist on this machine; create it first"
        ) from None
