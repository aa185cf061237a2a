# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders and files that only this user and root can have written.

The rules are those of sshd's StrictModes: each part of a path belongs to this user or to root, and
nobody else may write to it. In between there may be a folder that all may write to, if it is sticky
like ``/tmp``: its content is checked, too.

Imports nothing else of the collection: it is also sent to a target by itself (see ``kept_module``).
"""

from __future__ import annotations

import errno
import grp
import os
import pwd
import stat

_MOST_LINKS = 40


class NotRegular(OSError):
    """A folder, FIFO, device, socket or symbolic link where a file should be."""


def default_folder() -> str:
    """Return ``/var/lib/vigo-bridge`` for root, a folder in the XDG state folder for others."""
    if os.geteuid() == 0:
        return "/var/lib/vigo-bridge"
    return os.path.join(user_state_folder(), "vigo-bridge")


def user_state_folder() -> str:
    """Return the XDG state folder. A relative XDG_STATE_HOME is ignored, as XDG demands.

    Raise FileNotFoundError if this user has no home folder.
    """
    named = os.environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(named):
        return named
    home = os.path.expanduser("~")
    if not os.path.isabs(home):
        raise FileNotFoundError(
            errno.ENOENT, "this user has no home folder; set HOME or XDG_STATE_HOME", home
        )
    return os.path.join(home, ".local", "state")


def checked_folder(path: str) -> str:
    """Return the folder's path without symbolic links.

    Raise PermissionError, with the part of the path that others can change, and other OSErrors.
    """
    folder = _checked(path)
    _check_writers(folder, os.lstat(folder))
    return folder


def folder_above(path: str) -> str:
    """Return the folder in which ``make_folder`` would create the first one; "" where all exist.

    Raise as ``checked_folder``.
    """
    path, missing = _missing(path)
    return _checked(path) if missing else ""


def folder_of(path: str) -> str:
    """Return the closest existing folder above a path, without symbolic links.

    It may be sticky, like ``/tmp``. Raise as ``checked_folder``.
    """
    return _checked(_missing(os.path.dirname(_absolute(path)))[0])


def make_folder(path: str) -> str:
    """Create a folder for this user alone, with its parents, and return it as ``checked_folder``.

    Modes do not depend on the umask. Raise as ``checked_folder``.
    """
    path, missing = _missing(path)
    for folder in reversed(missing):
        _checked(path)
        _make(folder, 0o700 if folder == missing[0] else 0o755)
        path = folder
    return checked_folder(path)


def open_file(path: str, flags: int = os.O_RDONLY) -> int:
    """Open a regular file in a checked folder and return its descriptor.

    With O_CREAT, its mode becomes 0600. Symbolic links are not followed, and FIFOs are not waited
    for. Raise FileNotFoundError, NotRegular, and PermissionError as ``checked_folder``.
    """
    if os.path.lexists(path):
        _check_regular(path, os.lstat(path))
    flags |= os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    descriptor = os.open(path, flags, 0o600)
    try:
        status = os.fstat(descriptor)
        _check_regular(path, status)
        _check_owner(path, status)
        _check_writers(path, status)
        if status.st_nlink > 1:
            raise PermissionError(errno.EPERM, "it has another name (a hard link)", path)
        if flags & os.O_CREAT and status.st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _checked(path: str) -> str:
    """Return the same as ``checked_folder``, for a folder that may also be sticky, like
    ``/tmp``.
    """
    parts = _absolute(path).split("/")[::-1]
    here = "/"
    links = 0
    while parts:
        part = parts.pop()
        if part == "..":
            here = os.path.dirname(here)
        if part in ("", ".", ".."):
            continue
        entry = os.path.join(here, part)
        status = os.lstat(entry)
        _check_owner(entry, status)
        if stat.S_ISLNK(status.st_mode):
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), entry)
            target = os.readlink(entry)
            here = "/" if target.startswith("/") else here
            parts.extend(target.split("/")[::-1])
        elif not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), entry)
        else:
            if not status.st_mode & stat.S_ISVTX:
                _check_writers(entry, status)
            here = entry
    return here


def _absolute(path: str) -> str:
    """Return the path as the kernel reads it: a ``..`` after a symbolic link is kept."""
    return path if os.path.isabs(path) else os.path.join(os.getcwd(), path)


def _missing(path: str) -> tuple[str, list[str]]:
    """Return the closest part of the path that exists, and the longer ones, the longest first."""
    path = _absolute(path).rstrip("/") or "/"
    missing: list[str] = []
    while not os.path.lexists(path):
        missing.append(path)
        path = os.path.dirname(path)
    return path, missing


def _make(folder: str, mode: int) -> None:
    try:
        os.mkdir(folder, mode)
    except FileExistsError:  # created by another call, or not a folder
        return
    os.chmod(folder, mode)


def _check_regular(path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise NotRegular(errno.EINVAL, "it is not a regular file", path)


def _check_owner(path: str, status: os.stat_result) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise PermissionError(
            errno.EPERM, f"it belongs to another user ({_user(status.st_uid)})", path
        )


def _check_writers(path: str, status: os.stat_result) -> None:
    shared = status.st_mode & stat.S_IWGRP and not _is_private_group(status.st_gid)
    if shared or status.st_mode & stat.S_IWOTH:
        mode = stat.S_IMODE(status.st_mode)
        raise PermissionError(errno.EPERM, f"other users can write to it (mode {mode:04o})", path)


def _is_private_group(gid: int) -> bool:
    """Return whether the group is root's, or has only this user as its member, as on many
    systems.
    """
    if gid == 0:
        return True
    try:
        own = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(gid)
    except KeyError:
        return False
    members = {group.gr_name, *group.gr_mem}
    return own.pw_gid == gid and members == {own.pw_name}


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
