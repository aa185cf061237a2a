# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The user accounts of this machine."""

from __future__ import annotations

import grp
import pwd

from ..common.errors import NoAccount, ResourceError

#: The largest number of a user or group; the next one means "leave it as it is".
LAST_ID = 2**32 - 2


def user_number(name: str) -> int | None:
    """Return the number of the user of this name, None if there is none."""
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def group_number(name: str) -> int | None:
    """Return the number of the group of this name, None if there is none."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def missing(user: str) -> NoAccount:
    """Return the error for a user that does not exist."""
    return NoAccount(f"user {user!r} does not exist on this machine; create it first")


def account_of(user: str) -> pwd.struct_passwd:
    """Return the account of a user, by name or number. Raise ResourceError.

    A number may be one without an account. It has the group of the same number, and no home folder
    (``pw_dir`` is empty).
    """
    try:
        return pwd.getpwnam(user)
    except KeyError:
        pass
    if not user.isdecimal():
        raise missing(user)
    number = id_of(user, "user")
    try:
        return pwd.getpwuid(number)
    except KeyError:
        return pwd.struct_passwd((str(number), "x", number, number, "", "", ""))


def id_of(digits: str, attribute: str) -> int:
    """Return the number of a user or group. Raise ResourceError."""
    number = int(digits) if len(digits) < 100 else LAST_ID + 1
    if number > LAST_ID:
        raise ResourceError(
            f"{attribute}: {digits} is larger than the maximum ID of a user or group"
        )
    return number
