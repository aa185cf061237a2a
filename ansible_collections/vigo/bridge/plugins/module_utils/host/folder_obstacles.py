# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons why files and folders cannot be created in a folder.

Checked before anything is changed, so that check mode and a run report the same errors.
"""

from __future__ import annotations

import array
import contextlib
import errno
import fcntl
import os
import sys

# From linux/fs.h.
_FS_IOC_GETFLAGS = 0x80086601 if sys.maxsize > 2**32 else 0x80046601
_FS_IMMUTABLE, _FS_APPEND = 0x10, 0x20

#: Types of file systems whose files the kernel creates. No user can create or replace a file
#: there, or cannot write what was created.
_KERNEL_FILE_SYSTEMS = frozenset(
    {
        "autofs",
        "binder",
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "cpuset",
        "debugfs",
        "devpts",
        "efivarfs",
        "functionfs",
        "fusectl",
        "hugetlbfs",
        "mqueue",
        "nfsd",
        "nsfs",
        "proc",
        "pstore",
        "resctrl",
        "rpc_pipefs",
        "securityfs",
        "selinuxfs",
        "smackfs",
        "sysfs",
        "tracefs",
        "xenfs",
    }
)


class KernelFileSystem(OSError):
    """A file is to be created, replaced or removed where only the kernel does that."""


def refuse(folder: str) -> None:
    """Raise OSError if this user cannot create or replace files in an existing folder."""
    kernel = kernel_file_system(os.path.join(folder, "."))
    if kernel:
        raise KernelFileSystem(
            errno.EOPNOTSUPP,
            f"the kernel manages all files there ({kernel}); files cannot be created, replaced or"
            " removed",
            folder,
        )
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        raise _error(errno.EROFS, folder)
    if is_protected(folder):
        raise _error(errno.EPERM, folder)
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        raise _error(errno.EACCES, folder)


def refuse_names(path: str, folder: str) -> None:
    """Raise OSError if a part of the path below the folder has a name that is too long.

    The system reports that only once the folders above that part exist.
    """
    longest = os.pathconf(folder, "PC_NAME_MAX")
    for name in os.path.relpath(path, folder).split("/"):
        if len(os.fsencode(name)) > longest:
            raise _error(errno.ENAMETOOLONG, path)


def kernel_file_system(path: str) -> str:
    """Return the type of the kernel's file system that the path is on; empty for others."""
    mount = mount_of(path)
    with contextlib.suppress(OSError), open("/proc/self/mountinfo", "rb") as stream:
        for line in stream:
            if mount and line.split(b" ", 1)[0] == mount.encode():
                kind = line.partition(b" - ")[2].split(b" ", 1)[0].decode("utf-8", "replace")
                return kind if kind in _KERNEL_FILE_SYSTEMS else ""
    return ""


def mount_of(path: str) -> str:
    """Return the number of the mount that the path is on; empty if the system does not say.

    A symbolic link at the path itself is not followed; ``FOLDER/.`` is never one.
    """
    descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW)
    try:
        with contextlib.suppress(OSError), open(f"/proc/self/fdinfo/{descriptor}") as stream:
            for line in stream:
                name, _colon, value = line.partition(":")
                if name == "mnt_id":
                    return value.strip()
        return ""
    finally:
        os.close(descriptor)


def is_protected(path: str) -> bool:
    """Return whether the path is immutable or append-only, as far as the system says."""
    flags = array.array("i", [0, 0])
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.ioctl(descriptor, _FS_IOC_GETFLAGS, flags)
        finally:
            os.close(descriptor)
    return bool(flags[0] & (_FS_IMMUTABLE | _FS_APPEND))


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
