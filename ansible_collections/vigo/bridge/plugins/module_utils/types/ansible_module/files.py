# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules for files and folders read and change."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...host.accounts import group_number, user_number
from ...host.predicted_accounts import GROUPS, USERS
from ..file.owners import gid_of, uid_of
from .effect import Effect

if TYPE_CHECKING:
    from ...host.overlay import Overlay

#: The values that Ansible reads as false.
_OFF = ("", "0", "f", "false", "n", "no", "none", "off")


@dataclass(frozen=True)
class FileEffect(Effect):
    """alters: paths at and below which it may change something, and on whose content the result
    depends.

    makes: whether it creates what does not exist. folder: the path, if a folder is created. source:
        the target of a link, which has to exist. owner, group: names. follows: whether the target
        of a link is changed, not the link.
    """

    alters: Sequence[str]
    makes: bool = False
    folder: str = ""
    source: str = ""
    owner: str = ""
    group: str = ""
    follows: bool = True

    @property
    def is_predictable(self) -> bool:
        return bool(self.folder)

    def is_certain(self, overlay: Overlay) -> bool:
        accounts = overlay.accounts
        return (
            (not self.source or bool(overlay.exists(self.source)))
            and accounts.users.get(self.owner, 0) is not None
            and accounts.groups.get(self.group, 0) is not None
            and (not self.owner or overlay.is_entry_unchanged(USERS, self.owner))
            and (not self.group or overlay.is_entry_unchanged(GROUPS, self.group))
            and all(overlay.is_unchanged(path, self.follows) for path in self.alters)
        )

    def predict(self, overlay: Overlay) -> None:
        if not self.folder:
            self.mark_uncertain(overlay)
        else:  # An existing folder gets an owner or mode; its content stays.
            overlay.files.put_folder(self.folder, overlay.moment)

    def mark_uncertain(self, overlay: Overlay) -> None:
        overlay.mark_unknown(self.alters)
        overlay.replace(self.alters)

    def is_awaiting(self, overlay: Overlay) -> bool:
        uid = overlay.accounts.users.get(self.owner)
        gid = overlay.accounts.groups.get(self.group)
        is_source_missing = self.source and not os.path.exists(self.source)
        return bool(
            (uid is not None and uid != user_number(self.owner))
            or (gid is not None and gid != group_number(self.group))
            or (is_source_missing and overlay.exists(self.source) is not False)
        )

    def creates(self) -> bool:
        return self.makes and not os.path.lexists(self.alters[0])

    def refuse(self, overlay: Overlay) -> None:
        if self.owner:
            uid_of(self.owner, overlay.accounts)
        if self.group:
            gid_of(self.group, overlay.accounts)
        above = self.folder
        while above and not os.path.lexists(above):
            above = os.path.dirname(above)
        if above not in ("", self.folder) and not os.path.isdir(above):
            raise ResourceError(
                f"{self.folder}: its parent {above} is a file, not a directory; remove it, or"
                " choose another path"
            )


def edited(args: Mapping[str, Any], options: Sequence[str]) -> Effect | None:
    """Return the effect of a module that edits the file that one of these options names."""
    paths = _named(args, options)
    return FileEffect(paths, False, "", "", *_owners(args)) if paths else None


def known_hosts(args: Mapping[str, Any]) -> Effect | None:
    """Return the effect of a module that edits the list of known hosts."""
    path = args.get("path")
    return edited({"path": os.path.expanduser(path)}, ("path",)) if isinstance(path, str) else None


def managed_file(args: Mapping[str, Any]) -> Effect | None:
    """Return the effect of Ansible's module for files, folders and links."""
    paths = _named(args, ("path", "dest", "name"))
    if not paths:
        return None
    state, source = args.get("state"), args.get("src")
    if state == "absent":
        return FileEffect(paths, follows=False)
    owner, group = _owners(args)
    if source:
        if not isinstance(source, str) or source.startswith("~"):
            return None
        source = os.path.normpath(os.path.join(os.path.dirname(paths[0]), source))
        if state == "link" and _is_off(args.get("follow", True)):
            return FileEffect(paths, True, "", source, owner, group, follows=False)
        # The attributes of the link's target are set, too.
        return FileEffect((*paths, source), state in ("link", "hard"), "", "", owner, group)
    is_plain = state == "directory" and _is_off(args.get("recurse", False)) and len(paths) == 1
    folder = paths[0] if is_plain else ""
    return FileEffect(paths, state in ("directory", "touch"), folder, "", owner, group)


def checkout(args: Mapping[str, Any]) -> Effect | None:
    """Return the effect of a checkout of a repository that is not on this machine."""
    repository = str(args.get("repo") or "")
    is_local = ":" not in repository or repository.startswith("file:")
    if set(args) - {"dest", "repo", "version", "depth", "force"} or is_local:
        return None
    return edited(args, ("dest",))


def _owners(args: Mapping[str, Any]) -> tuple[str, str]:
    return str(args.get("owner") or ""), str(args.get("group") or "")


def _is_off(value: Any) -> bool:
    return str(value).lower() in _OFF


def _named(args: Mapping[str, Any], options: Sequence[str]) -> tuple[str, ...]:
    """Return the absolute paths in these options; an empty tuple if one is not an absolute path."""
    found = [args[name] for name in options if args.get(name)]
    if not all(isinstance(path, str) and os.path.isabs(path) for path in found):
        return ()
    return tuple(found)
