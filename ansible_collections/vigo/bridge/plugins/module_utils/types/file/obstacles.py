# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reasons why a file cannot be written, changed or removed.

Checked before anything is changed, so that check mode and a run report the same errors.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from ...common.errors import ResourceError
from ...host import folder_obstacles
from ...host.folder_obstacles import is_protected, mount_of
from ...host.overlay import Overlay
from .differences import ATTRIBUTES, CONTENT, attribute_changes
from .failures import explained
from .observation import Observed
from .spec import FileSpec


def refuse(spec: FileSpec, observed: Observed, step: str, overlay: Overlay) -> None:
    """Raise ResourceError if the step cannot be taken. step: see ``differences``."""
    try:
        is_predicted = overlay.files.get(spec.path) is not None
        if step == ATTRIBUTES:
            if not is_predicted:
                _refuse_to_change(spec, observed)
            return
        folder = _nearest_folder(spec.path, overlay)
        folder_obstacles.refuse(folder)
        folder_obstacles.refuse_names(spec.path, folder)
        if observed.kind != "missing" and not is_predicted:
            _refuse_entry(spec.path, folder, observed)
        if step == CONTENT:
            _refuse_owner(observed, folder)
            if spec.backup and observed.kind == "file":
                _refuse_backup(spec.backup_path(0))
    except folder_obstacles.KernelFileSystem as error:
        raise explained(spec.path, error) from error
    except OSError as error:
        raise explained(error.filename or spec.path, error) from error


def _refuse_to_change(spec: FileSpec, observed: Observed) -> None:
    """Raise ResourceError if mode, owner or context of the existing file cannot be changed."""
    if os.statvfs(spec.path).f_flag & os.ST_RDONLY:
        raise _error(errno.EROFS, spec.path)
    if is_protected(spec.path):
        raise _error(errno.EPERM, spec.path)
    if not os.access(spec.path, os.R_OK, effective_ids=True):
        raise _error(errno.EACCES, spec.path)
    if folder_obstacles.kernel_file_system(spec.path):
        _ask_kernel(spec.path)
    if os.geteuid() == 0:
        return
    changes = {name for name, _before, _after in attribute_changes(spec, observed)}
    not_ours = observed.uid != os.geteuid() and changes - {"secontext"}
    if not_ours or "owner" in changes or not _is_our_group(observed.desired_gid):
        raise _error(errno.EPERM, spec.path)


def _ask_kernel(path: str) -> None:
    """Set the mode that a file of the kernel already has: the kernel refuses it if it would refuse
    any other mode.

    Such files (/proc, /sys) have rules of their own and are not on a disk, so this is harmless.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        os.chmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode))
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from error
    finally:
        os.close(descriptor)


def _nearest_folder(path: str, overlay: Overlay) -> str:
    """Return the closest existing folder above the path; those below it would be created."""
    folder = os.path.dirname(path)
    while True:
        predicted = overlay.files.kind(folder)
        if predicted == "file" or (predicted is None and os.path.isfile(folder)):
            raise _no_folder(path, folder, "is a file, not a directory")
        if os.path.isdir(folder):
            return folder
        if predicted is None and os.path.lexists(folder):
            raise _no_folder(path, folder, "does not point to a directory")
        folder = os.path.dirname(folder)


def _no_folder(path: str, folder: str, what: str) -> ResourceError:
    return ResourceError(f"{path}: its parent {folder} {what}; remove it, or choose another path")


def _refuse_entry(path: str, folder: str, observed: Observed) -> None:
    """Raise ResourceError if the entry at the path itself cannot be replaced or removed."""
    if observed.kind == "file" and is_protected(path):
        raise _error(errno.EPERM, path)
    if mount_of(path) != mount_of(os.path.join(folder, ".")):
        raise _error(errno.EBUSY, path)
    above = os.stat(folder)
    if above.st_mode & stat.S_ISVTX and os.geteuid() not in (0, observed.uid, above.st_uid):
        raise _error(errno.EPERM, path)


def _refuse_owner(observed: Observed, folder: str) -> None:
    """Raise ResourceError if the owner cannot be set.

    Only root gives files away; a new file belongs to its creator.
    """
    if os.geteuid() == 0:
        return
    kept = observed if observed.kind == "file" else Observed("missing")
    uid = kept.uid if observed.desired_uid is None else observed.desired_uid
    gid = kept.gid if observed.desired_gid is None else observed.desired_gid
    above = os.stat(folder)
    inherited = bool(above.st_mode & stat.S_ISGID) and gid == above.st_gid
    if uid not in (-1, os.geteuid()) or not (inherited or _is_our_group(gid)):
        raise _error(errno.EPERM, folder)


def _refuse_backup(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        if stat.S_ISDIR(os.lstat(path).st_mode):
            raise ResourceError(f"backup: {path} is a directory; choose another suffix")


def _is_our_group(gid: int | None) -> bool:
    return gid in (None, -1, os.getegid(), *os.getgroups())


def _error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)
