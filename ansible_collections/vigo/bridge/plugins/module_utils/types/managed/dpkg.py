# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds in dpkg's list of packages that Ansible's modules for apt and dpkg would change nothing.

The module apt opens the cache of apt, which takes 0.1 to 2 s; reading dpkg's file is faster.
"""

from __future__ import annotations

import os
import re
from typing import Any, Mapping

from ...common.dataclass import dataclass

_FOLDER = "/var/lib/dpkg"
#: Plain names, without a pattern, an architecture or a version.
_NAME = re.compile("[a-z0-9][a-z0-9+.-]+", re.ASCII)
#: Options of apt that have no effect if nothing changes, besides the two that are evaluated.
_UNDERSTOOD = frozenset({"name", "state", "allow_downgrade", "allow_change_held_packages", "purge"})
_ANY_MACHINE = "all"


@dataclass(frozen=True)
class Entry:
    """A package that dpkg knows.

    selection: the wanted state, such as hold. sound: whether dpkg reports no error. state: such as
        installed.
    """

    selection: str
    sound: bool
    state: str
    architecture: str
    version: str


def status() -> str:
    """Return dpkg's list of packages. Raise OSError.

    It is empty if dpkg works or was interrupted: then changes are not in it yet.
    """
    if os.listdir(f"{_FOLDER}/updates"):
        return ""
    with open(f"{_FOLDER}/status", encoding="utf-8", errors="replace", newline="\n") as stream:
        return stream.read()


def has_nothing_to_install(args: Mapping[str, Any], listed: str) -> bool:
    """Return whether the module apt would change nothing; False if that is not certain."""
    if not _UNDERSTOOD.issuperset(args):
        return False
    native = _native(listed)
    if not native:
        return False
    if args["state"] == "present":
        return all(_is_installed(one, native, listed) for one in args["name"])
    if args["state"] == "absent":
        purge = bool(args.get("purge"))
        return all(_is_absent(one, native, listed, purge) for one in args["name"])
    return False


def has_nothing_to_select(args: Mapping[str, Any], listed: str) -> bool:
    """Return whether the module dpkg_selections would change nothing; False if that is not
    certain.
    """
    entry = _only_entry(args["name"], listed)
    return entry is not None and entry.selection == args["selection"]


def _is_installed(written: str, native: str, listed: str) -> bool:
    name, equals, version = written.partition("=")
    entry = _only_entry(name, listed)
    return (
        entry is not None
        and entry.sound
        and entry.state == "installed"
        and entry.architecture in (native, _ANY_MACHINE)
        and (not equals or version == entry.version)
    )


def _is_absent(name: str, native: str, listed: str, purge: bool) -> bool:
    if not _NAME.fullmatch(name):
        return False
    found = entries(name, listed)
    gone = ("not-installed",) if purge else ("not-installed", "config-files")
    return all(
        entry.sound and entry.state in gone and entry.architecture in (native, _ANY_MACHINE)
        for entry in found
    )


def _only_entry(name: str, listed: str) -> Entry | None:
    """Return the package with a name; None if there is none, or one for several architectures."""
    found = entries(name, listed) if _NAME.fullmatch(name) else []
    return found[0] if len(found) == 1 else None


def _native(listed: str) -> str:
    """Return this machine's architecture; empty if it is uncertain."""
    found = {entry.architecture for name in ("dpkg", "apt") for entry in entries(name, listed)}
    return found.pop() if len(found) == 1 else ""


def entries(name: str, listed: str) -> list[Entry]:
    """Return the entries of a package in dpkg's list, one for each architecture."""
    found: list[Entry] = []
    start = 0
    text, head = f"\n{listed}", f"\nPackage: {name}\n"
    while True:
        start = text.find(head, start)
        if start < 0:
            return found
        end = text.find("\n\n", start + 1)
        end = len(text) if end < 0 else end
        found.append(_entry(text[start + 1 : end]))
        start = end


def _entry(paragraph: str) -> Entry:
    fields: dict[str, str] = {}
    for line in paragraph.split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name, value.strip())
    selection, flag, state = [*fields.get("Status", "").split(), "", "", ""][:3]
    version, architecture = fields.get("Version", ""), fields.get("Architecture", "")
    return Entry(selection, flag == "ok", state, architecture, version)
