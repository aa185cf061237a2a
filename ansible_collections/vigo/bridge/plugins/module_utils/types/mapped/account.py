# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The attributes of users and groups that Ansible's modules do not support. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from ...common.comma_strings import as_list
from ...common.errors import ResourceError, within
from ...common.switches import is_on

if TYPE_CHECKING:
    from ..ansible_module.part import Part

#: Names with these characters would be misread in the system's files, or by its programs.
_NOT_IN_NAMES = re.compile(r"[\s:,/\x00-\x1f\x7f]")


def check_user(attributes: Mapping[str, Any]) -> None:
    """Raise ResourceError for names that no user can have, and for a machine without root."""
    _check_name("username", attributes["username"])
    for name in ("groups", "authorized_keys"):
        with within(name):
            as_list(attributes.get(name))
    if attributes["state"] == "absent" and attributes["username"] == "root":
        raise ResourceError(
            "username: 'root' with state absent would make the machine unusable; name another user",
            place=("username",),
        )


def check_group(attributes: Mapping[str, Any]) -> None:
    """Raise ResourceError for names that no group or user can have."""
    _check_name("group", attributes["group"])
    for name in _members(attributes):
        _check_name("members", name)
    if attributes["state"] == "absent" and attributes["group"] == "root":
        raise ResourceError(
            "group: 'root' with state absent would make the machine unusable; name another group",
            place=("group",),
        )


def user_parts(attributes: Mapping[str, Any]) -> Sequence[Part]:
    """Return the steps after the module ``user``."""
    from .authorized_keys import AuthorizedKeys
    from .password import Password

    if attributes["state"] == "absent":
        return ()
    user = str(attributes["username"])
    found: list[Part] = []
    if "password" in attributes:
        found.append(Password(user, str(attributes["password"])))
    if "authorized_keys" in attributes:
        content = _lines(attributes["authorized_keys"])
        makes_home = is_on(attributes["manage_home"], "manage_home")
        found.append(AuthorizedKeys(user, content, makes_home))
    return tuple(found)


def group_parts(attributes: Mapping[str, Any]) -> Sequence[Part]:
    """Return the steps after the module ``group``."""
    from .members import Members

    if attributes["state"] == "absent" or "members" not in attributes:
        return ()
    return (Members(str(attributes["group"]), _members(attributes)),)


def _members(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    with within("members"):
        return tuple(as_list(attributes.get("members")))


def _check_name(attribute: str, name: Any) -> None:
    if not str(name) or _NOT_IN_NAMES.search(str(name)) or str(name).startswith("-"):
        raise ResourceError(
            f"{attribute}: invalid name {name!r}: expected one without blanks, ':', ',' and '/'",
            place=(attribute,),
        )


def _lines(keys: Any) -> str:
    """Return a file's content: of a list each item as a line, of a text all of it."""
    text = "".join(f"{key}\n" for key in keys) if isinstance(keys, (list, tuple)) else str(keys)
    return text if text.endswith("\n") or not text else f"{text}\n"
