# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules for users and groups read and change."""

from __future__ import annotations

import os
import pwd
import re
from typing import TYPE_CHECKING, Any, Mapping

from ...common.comma_strings import as_list
from ...common.dataclass import dataclass
from ...common.errors import NoAccount, ResourceError
from ...host.accounts import group_number, user_number
from ...host.predicted_accounts import ANY, GROUPS, USERS
from ...host.regular_files import read_regular
from .effect import Effect

if TYPE_CHECKING:
    from ...host.overlay import Overlay

_SKELETON = "/etc/skel"
_LARGEST = 1 << 20
#: Options whose effect is known; others may change more.
_OF_USERS = frozenset(
    (
        *("name", "state", "uid", "shell", "home", "comment", "group", "groups", "append"),
        *("system", "create_home", "password"),
    )
)
_OF_GROUPS = frozenset(("name", "state", "gid", "system"))


@dataclass(frozen=True)
class UserEffect(Effect):
    """home: the home folder, if one has to be created; empty for the machine's default.

    groups: the supplementary groups. sets_groups: whether the user is removed from all others;
        `groups` may then be empty.
    """

    name: str
    is_absent: bool = False
    uid: int | None = None
    group: str = ""
    groups: tuple[str, ...] = ()
    makes_home: bool = False
    home: str = ""
    with_keys: bool = False
    sets_groups: bool = False

    @classmethod
    def of(cls, args: Mapping[str, Any], has_parts: bool) -> Effect | None:
        name, home = str(args.get("name") or ""), args.get("home") or ""
        try:
            groups = tuple(as_list(args.get("groups")))
        except ResourceError:
            return None
        if not name or set(args) - _OF_USERS or (home and not os.path.isabs(str(home))):
            return None
        return cls(
            name,
            args.get("state") == "absent",
            _number(args.get("uid")),
            str(args.get("group") or ""),
            groups,
            str(args.get("create_home", True)).lower() not in ("false", "no", "off", "0"),
            str(home),
            has_parts,
            args.get("groups") is not None,
        )

    @property
    def is_predictable(self) -> bool:
        return True

    def creates(self) -> bool:
        return not self.is_absent and user_number(self.name) is None

    def is_certain(self, overlay: Overlay) -> bool:
        accounts = overlay.accounts
        if not overlay.is_entry_unchanged(USERS, self.name) or self.name in accounts.users:
            return False
        if self.is_absent or self.creates():
            return True
        needed = {self.group, *self.groups} & set(accounts.groups)
        if needed or (self.sets_groups and accounts.are_members_set):
            return False
        needs_home = self.makes_home or self.with_keys
        return not needs_home or overlay.is_unchanged(self._home())

    def refuse(self, overlay: Overlay) -> None:
        """Raise NoAccount for a group that will not exist at that point."""
        for group in filter(None, (self.group, *self.groups)):
            number = overlay.accounts.groups.get(group, group_number(group))
            if number is None and not group.isdecimal() and not self.is_absent:
                raise NoAccount(f"group {group!r} does not exist; create it first")

    def predict(self, overlay: Overlay) -> None:
        accounts = overlay.accounts
        if self.is_absent:
            accounts.users[self.name] = None
            accounts.joined.add(ANY)
            # Its own group is removed, too, if it has no other members.
            overlay.mark_unknown([f"{GROUPS}/{self.name}"])
            return
        if not self.creates():
            accounts.users[self.name] = user_number(self.name) if self.uid is None else self.uid
            accounts.joined.add(ANY)
        else:
            accounts.users[self.name] = accounts.new_number() if self.uid is None else self.uid
            accounts.joined.update(self.groups)
            own = self.name in accounts.groups or group_number(self.name) is not None
            if not self.group and not own and _creates_own_groups():
                accounts.groups[self.name] = accounts.new_number()
        if self.makes_home:
            self._predict_home(overlay)

    def mark_uncertain(self, overlay: Overlay) -> None:
        overlay.mark_unknown([f"{USERS}/{self.name}", f"{GROUPS}/{self.name}"])
        overlay.accounts.joined.update(self.groups if self.creates() else [ANY])
        home = [self._home()] if self.makes_home else []
        overlay.mark_unknown(home)
        overlay.replace(home)

    def _predict_home(self, overlay: Overlay) -> None:
        """Record the home folder, and the files that each new one gets."""
        home = self._home()
        if os.path.isdir(home):
            return
        overlay.files.put_folder(home, overlay.moment)
        names = os.listdir(_SKELETON) if os.path.isdir(_SKELETON) else []
        filled = [os.path.join(home, name) for name in names]
        if self.with_keys:
            filled.append(os.path.join(home, ".ssh"))
        overlay.mark_unknown(filled)
        overlay.replace(filled)

    def _home(self) -> str:
        if self.home:
            return self.home
        if user_number(self.name) is not None:
            return pwd.getpwnam(self.name).pw_dir
        base = _setting("/etc/default/useradd", "HOME") or "/home"
        return os.path.join(base, self.name)


@dataclass(frozen=True)
class GroupEffect(Effect):
    """sets_members: whether the list of its members is replaced."""

    name: str
    is_absent: bool = False
    gid: int | None = None
    sets_members: bool = False

    @classmethod
    def of(cls, args: Mapping[str, Any], has_parts: bool) -> Effect | None:
        name = str(args.get("name") or "")
        if not name or set(args) - _OF_GROUPS:
            return None
        is_absent = args.get("state") == "absent"
        return cls(name, is_absent, _number(args.get("gid")), has_parts)

    @property
    def is_predictable(self) -> bool:
        return True

    def creates(self) -> bool:
        return not self.is_absent and group_number(self.name) is None

    def is_certain(self, overlay: Overlay) -> bool:
        accounts = overlay.accounts
        if not overlay.is_entry_unchanged(GROUPS, self.name) or self.name in accounts.groups:
            return False
        return not self.sets_members or accounts.keeps_members_of(self.name)

    def predict(self, overlay: Overlay) -> None:
        accounts = overlay.accounts
        if self.is_absent:
            accounts.groups[self.name] = None
        elif self.creates():
            accounts.groups[self.name] = accounts.new_number() if self.gid is None else self.gid
        elif self.gid is not None:
            accounts.groups[self.name] = self.gid
        if self.is_absent or self.sets_members:
            accounts.are_members_set = True

    def mark_uncertain(self, overlay: Overlay) -> None:
        overlay.mark_unknown([f"{GROUPS}/{self.name}"])
        if self.is_absent or self.sets_members:
            overlay.accounts.are_members_set = True


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdecimal() else None


def _creates_own_groups() -> bool:
    return _setting("/etc/login.defs", "USERGROUPS_ENAB").lower() == "yes"


def _setting(path: str, name: str) -> str:
    """Return a setting of the programs that create accounts; empty if it is not set."""
    try:
        text = read_regular(path, _LARGEST).decode("utf-8", "replace")
    except OSError:
        return ""
    found = re.findall(rf"^{name}[=\s]+(\S+)", text, re.MULTILINE)
    return str(found[-1]) if found else ""
