# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users and groups of files, by name and number."""

from __future__ import annotations

import grp
import pwd

from ...common.errors import ResourceError
from ...host.accounts import id_of


def user_name(uid: int) -> str:
    """Return the user's name, or the number of an unknown user."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    """Return the group's name, or the number of an unknown group."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def uid_of(owner: str) -> int:
    """Return the number of a user. Raise ResourceError."""
    try:
        return id_of(owner, "owner") if owner.isdecimal() else pwd.getpwnam(owner).pw_uid
    except KeyError:
        raise ResourceError(f"owner: user {owner!r} does not exist; create it first") from None


def gid_of(group: str) -> int:
    """Return the number of a group. Raise ResourceError."""
    try:
        return id_of(group, "group") if group.isdecimal() else grp.getgrnam(group).gr_gid
    except KeyError:
        raise ResourceError(f"group: {group!r} does not exist; create it first") from None
