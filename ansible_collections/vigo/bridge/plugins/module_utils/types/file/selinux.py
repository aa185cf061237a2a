# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SELinux context of files, an extended attribute."""

from __future__ import annotations

import errno
import os

from ...common.errors import ResourceError

_ATTRIBUTE = "security.selinux"


def context_of(path: str) -> str:
    """Return the context of a file; empty if it has none. Raise ResourceError."""
    try:
        value = os.getxattr(path, _ATTRIBUTE, follow_symlinks=False)
    except OSError as error:
        if error.errno == errno.ENODATA:
            return ""
        raise _explained(path, error) from error
    return os.fsdecode(value.rstrip(b"\0"))


def set_context(descriptor: int, path: str, context: str) -> None:
    """Set the context of an open file. Raise ResourceError."""
    try:
        os.setxattr(descriptor, _ATTRIBUTE, os.fsencode(context) + b"\0")
    except OSError as error:
        raise _explained(path, error) from error


def _explained(path: str, error: OSError) -> ResourceError:
    if error.errno == errno.ENOTSUP:
        return ResourceError(
            f"secontext: the file system of {path} does not support SELinux contexts; remove it"
        )
    if error.errno == errno.EINVAL:
        return ResourceError(
            f"secontext: {path}: the SELinux policy does not define this context; `ls -Z` shows"
            " contexts of files"
        )
    return ResourceError(f"secontext: {path}: {error.strerror}; run with become")
