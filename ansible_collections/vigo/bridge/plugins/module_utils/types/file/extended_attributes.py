# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Extended attributes: access control lists, contexts, and what users attach to files."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import Iterator

_ACL = "system.posix_acl_access"
#: Not copied: signatures of the content, and attributes that only the system may write.
_NOT_TAKEN = ("security.ima", "security.evm", "trusted.")
#: Errors that are ignored: missing support or missing permission.
_TOLERATED = (errno.ENOTSUP, errno.EPERM, errno.EACCES, errno.ENODATA, errno.EINVAL)


def take_over(path: str, descriptor: int) -> None:
    """Copy the extended attributes of the file at the path to an open file, as far as possible.

    An access control list that the folder sets on new files is removed if the old file has none.
    """
    old = _names(path)
    if _ACL in _names(descriptor) and _ACL not in old:
        with _tolerance():
            os.removexattr(descriptor, _ACL)
    for name in old:
        if not name.startswith(_NOT_TAKEN):
            with _tolerance():
                value = os.getxattr(path, name, follow_symlinks=False)
                os.setxattr(descriptor, name, value)


def _names(file: int | str) -> list[str]:
    with _tolerance():
        return os.listxattr(file, follow_symlinks=isinstance(file, int))
    return []


@contextlib.contextmanager
def _tolerance() -> Iterator[None]:
    """Ignore that attributes are missing, not supported or not permitted."""
    try:
        yield
    except OSError as error:
        if error.errno not in _TOLERATED:
            raise
