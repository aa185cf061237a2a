# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users and groups after the changes that check mode predicts."""

from __future__ import annotations

from ..common.dataclass import dataclass, field

#: The files of accounts. A path below one of them stands for the entry of a name.
USERS, GROUPS = "/etc/passwd", "/etc/group"
#: Stands for all groups, if it is unknown which ones change.
ANY = "*"
#: Numbers from here down stand for those that the machine chooses when it creates an account.
_FIRST_STAND_IN = -2


@dataclass
class PredictedAccounts:
    """users, groups: their numbers by name; None for what would be removed.

    joined: the groups whose members would change because users do. are_members_set: whether the
    members of a group would be set by the group's own resource.
    """

    users: dict[str, int | None] = field(default_factory=dict)
    groups: dict[str, int | None] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    are_members_set: bool = False

    def copy(self) -> PredictedAccounts:
        return PredictedAccounts(
            dict(self.users), dict(self.groups), set(self.joined), self.are_members_set
        )

    def new_number(self) -> int:
        """Return a number that stands for an ID that is not known yet."""
        return _FIRST_STAND_IN - len(self.users) - len(self.groups)

    def keeps_members_of(self, group: str) -> bool:
        """Return whether no earlier change of a user changes the members of a group."""
        return not self.joined & {group, ANY}


def is_stand_in(number: int | None) -> bool:
    """Return whether a number stands for an ID that is not known yet."""
    return number is not None and number <= _FIRST_STAND_IN
