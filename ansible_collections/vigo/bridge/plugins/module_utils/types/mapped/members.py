# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users of a group, exactly."""

from __future__ import annotations

import grp
import shutil
from typing import Mapping, Sequence, Tuple

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...common.wording import counted
from ...host import process
from ...host.accounts import user_number
from ..ansible_module.part import Change
from ..descriptor import TIME_LIMIT
from ..target import Target


@dataclass(frozen=True)
class Members:
    """The members in ``/etc/group``, without the users whose primary group it is."""

    group: str
    members: Tuple[str, ...]

    def look(self, target: Target) -> Change | None:
        present, wanted = _members_of(self.group), sorted(set(self.members))
        if present == wanted:
            return None
        if not target.overlay.active:
            _refuse_unknown(wanted, target.overlay.accounts.users)
        header = f"members of {self.group}"
        return Change(
            "members changed",
            {
                "before_header": header,
                "after_header": header,
                "before": "".join(f"{name}\n" for name in present),
                "after": "".join(f"{name}\n" for name in wanted),
            },
        )

    def apply(self, target: Target) -> None:
        for command in _commands(self.group, _members_of(self.group), sorted(set(self.members))):
            finished = process.run(command, timeout=TIME_LIMIT, secrets=target.secrets)
            finished.refuse_failure(f"members: {command[0]}", "see the log")


def _members_of(group: str) -> list[str]:
    try:
        return sorted(set(grp.getgrnam(group).gr_mem))
    except KeyError:
        return []


def _refuse_unknown(names: Sequence[str], predicted: Mapping[str, int | None]) -> None:
    unknown = [name for name in names if predicted.get(name, user_number(name)) is None]
    if unknown:
        noun = counted(len(unknown), "user").partition(" ")[2]
        verb = "does" if len(unknown) == 1 else "do"
        raise ResourceError(
            f"members: {noun} {', '.join(unknown)} {verb} not exist; create them first"
        )


def _commands(group: str, present: Sequence[str], wanted: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what sets the members: one command, or with BusyBox one for each user."""
    if shutil.which("gpasswd"):
        return [("gpasswd", "-M", ",".join(wanted), group)]
    gone = [("delgroup", name, group) for name in present if name not in wanted]
    added = [("addgroup", name, group) for name in wanted if name not in present]
    return [*gone, *added]
