# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The meaning of errors of the operating system, and what to do about them."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import Iterator

from ..common.errors import Blocked

#: By error number: the problem of the environment, and what to do about it.
_ENVIRONMENT_ERRORS = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the disk quota is used up", "free some space"),
    errno.EFBIG: (
        "it exceeds the file size limit of this process",
        "raise the limit of file sizes (ulimit -f)",
    ),
    errno.EROFS: ("the file system is read-only", "mount it writable"),
    errno.EIO: ("the disk reports an error", "see the kernel's log"),
    errno.EMFILE: ("too many files are open", "raise the limit of open files (ulimit -n)"),
    errno.ENFILE: ("too many files are open", "raise the system's limit (fs.file-max)"),
    errno.ENOMEM: ("there is not enough memory", "free some memory"),
    errno.EAGAIN: (
        "no more processes can be started",
        "end some processes, or raise their limit (ulimit -u)",
    ),
}
_PERMISSION = (errno.EACCES, errno.EPERM)


def is_environmental(error: OSError) -> bool:
    """Return whether the environment causes the error, for example a full disk."""
    return error.errno in _ENVIRONMENT_ERRORS


def reason(error: OSError) -> str:
    """Return what is wrong: ``the disk is full``."""
    if error.errno in _ENVIRONMENT_ERRORS:
        return _ENVIRONMENT_ERRORS[error.errno][0]
    return error.strerror or str(error) or type(error).__name__


def advice(error: OSError) -> str:
    """Return the advice for it; empty if that depends on the file."""
    if error.errno in _ENVIRONMENT_ERRORS:
        return _ENVIRONMENT_ERRORS[error.errno][1]
    return "use an account with this permission" if error.errno in _PERMISSION else ""


def explained(error: OSError) -> str:
    """Return reason and advice in one line, with the path where the error has one."""
    path = error.filename if isinstance(error.filename, (str, bytes)) else ""
    parts = [": ".join(filter(None, [os.fsdecode(path), reason(error)])), advice(error)]
    return "; ".join(filter(None, parts))


def named_in(text: str) -> OSError | None:
    """Return the environmental problem that a program's output mentions, if any."""
    for code in _ENVIRONMENT_ERRORS:
        if os.strerror(code).lower() in text.lower():
            return OSError(code, os.strerror(code))
    return None


def blocked(error: OSError) -> Blocked:
    """Return the error of a resource that the environment prevents."""
    return Blocked(explained(error))


@contextlib.contextmanager
def at(path: str) -> Iterator[None]:
    """Add the path to an OSError that has none, as those of writing to an open file."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = path
        raise
