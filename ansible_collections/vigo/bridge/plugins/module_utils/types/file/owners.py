# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users and groups of files, by name and number."""

from __future__ import annotations

import grp
import pwd
from typing import Callable

from ...common.errors import NoAccount
from ...host.accounts import group_number, id_of, user_number
from ...host.predicted_accounts import PredictedAccounts, is_stand_in


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


def uid_of(owner: str, accounts: PredictedAccounts) -> int:
    """Return the number of a user, as it is or is predicted. Raise ResourceError."""
    if owner.isdecimal():
        return id_of(owner, "owner")
    uid = accounts.users.get(owner, user_number(owner))
    if uid is None:
        raise NoAccount(f"owner: user {owner!r} does not exist; create it first")
    return uid


def gid_of(group: str, accounts: PredictedAccounts) -> int:
    """Return the number of a group, as it is or is predicted. Raise ResourceError."""
    if group.isdecimal():
        return id_of(group, "group")
    gid = accounts.groups.get(group, group_number(group))
    if gid is None:
        raise NoAccount(f"group: {group!r} does not exist; create it first")
    return gid


def may_be(number: int, wanted: int | None, name_of: Callable[[int], str]) -> bool:
    """Return whether a file's owner is a number without a name that a future account may get."""
    return is_stand_in(wanted) and number >= 0 and name_of(number) == str(number)
