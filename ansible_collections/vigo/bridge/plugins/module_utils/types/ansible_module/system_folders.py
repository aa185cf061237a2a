# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders without which a machine does not work, recognized under every path that leads to them."""

from __future__ import annotations

import contextlib
import os

from ...common.errors import ResourceError

_NAMES = (
    *("bin", "boot", "dev", "etc", "home", "lib", "lib64", "opt", "proc", "root"),
    *("run", "sbin", "sys", "usr", "var"),
)
#: The folders below these are system folders, too.
_INNER = (
    *("usr/bin", "usr/lib", "usr/lib64", "usr/libexec", "usr/local", "usr/sbin", "usr/share"),
    *("var/cache", "var/lib", "var/log"),
)
FOLDERS = frozenset(("/", *(f"/{name}" for name in (*_NAMES, *_INNER))))


def is_system_folder(path: str) -> bool:
    """Return whether a path names a system folder. Pure."""
    path = os.path.normpath(path)
    # normpath keeps two slashes at the beginning, which mean the same as one.
    return (path[1:] if path.startswith("//") else path) in FOLDERS


def refuse_removal(path: str) -> None:
    """Raise ResourceError if this machine has such a folder at or below a path.

    A symbolic link to such a folder can be removed, unless the path leads through the link.
    """
    path = os.path.expanduser(os.path.expandvars(path))
    # With a slash at its end a link is followed.
    if os.path.islink(path):
        return
    real = os.path.realpath(path)
    for folder in sorted(FOLDERS):
        if _is_at_or_below(os.path.realpath(folder), real) or _is_same(folder, real):
            raise ResourceError(
                f"{path!r} is, or contains, the system folder {folder}, which must not be removed;"
                " name what to remove in it"
            )


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def _is_same(one: str, other: str) -> bool:
    """Return whether two paths are the same folder, as with bind mounts."""
    with contextlib.suppress(OSError):
        return os.path.samefile(one, other)
    return False
