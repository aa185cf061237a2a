# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Explains errors of the system that occur when a file is written."""

from __future__ import annotations

import errno
import os

from ...common.errors import Blocked, ResourceError
from ...host.folder_obstacles import KernelFileSystem, is_protected
from ...host.system_errors import advice, is_environmental, reason


def explained(path: str, error: OSError) -> ResourceError:
    """Return an error of writing to this path, with what to do about it."""
    if is_environmental(error):
        return Blocked(f"{path} cannot be written: {reason(error)}; {advice(error)}")
    if isinstance(error, KernelFileSystem):
        return ResourceError(
            f"{path} cannot be written: {error.strerror}; write to it with an exec resource, or"
            " choose another path"
        )
    if error.errno == errno.EBUSY:
        return ResourceError(
            f"{path} is a mount point and cannot be replaced; write the file that is mounted"
            " there, or unmount it first"
        )
    if error.errno == errno.EPERM:
        for place in (path, os.path.dirname(path)):
            if is_protected(place):
                return ResourceError(
                    f"{place} is immutable or append-only; remove the attribute with `chattr -ia"
                    f" {place}`"
                )
    if error.errno in (errno.EACCES, errno.EPERM):
        return ResourceError(f"{path}: {error.strerror}; run with become, or choose another path")
    return ResourceError(f"{path} cannot be written: {error.strerror}; choose another path")
