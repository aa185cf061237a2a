# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes files so that a reader sees the old or the new one, never a part."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import tempfile
import time

from .. import process
from ..errors import Blocked, ResourceError
from ..target import Target
from .observation import Observed, desired_content
from .spec import FileSpec

_SURROUNDINGS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
_VALIDATE_TIMEOUT = 30.0


def replace(spec: FileSpec, observed: Observed, target: Target) -> None:
    """Puts a complete file in the place of whatever is at the path."""
    content = desired_content(spec, target.secrets.reveal)
    folder = os.path.dirname(spec.path)
    temporary = ""
    try:
        os.makedirs(folder, mode=0o755, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(
            prefix=f".{os.path.basename(spec.path)}.vigo-", dir=folder
        )
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content or b"")
            stream.flush()
            _set(stream.fileno(), spec, observed)
            os.fsync(stream.fileno())
        if spec.validate:
            _validate(spec.validate, temporary, target)
        if spec.backup and observed.kind == "file":
            backup = spec.path + spec.backup.replace("{epoch}", str(int(time.time())))
            shutil.copy2(spec.path, backup)
        os.rename(temporary, spec.path)
        temporary = ""
        _sync_folder(folder)
    except OSError as error:
        raise _explained(spec.path, error) from error
    finally:
        if temporary:
            os.unlink(temporary)


def set_attributes(spec: FileSpec, observed: Observed) -> None:
    """Mode and owner of a file whose content stays."""
    try:
        descriptor = os.open(spec.path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            _set(descriptor, spec, observed)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _explained(spec.path, error) from error


def remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass  # gone in the meantime: as desired
    except OSError as error:
        raise _explained(path, error) from error


def _set(descriptor: int, spec: FileSpec, observed: Observed) -> None:
    """Owner first: a change of owner clears the set-user-ID bit. Unset owners are kept."""
    kept = observed if observed.kind == "file" else Observed("missing")
    uid = kept.uid if observed.desired_uid is None else observed.desired_uid
    gid = kept.gid if observed.desired_gid is None else observed.desired_gid
    now = os.fstat(descriptor)
    if (uid, gid) not in ((-1, -1), (now.st_uid, now.st_gid)):
        os.chown(descriptor, uid, gid)
    os.chmod(descriptor, spec.mode)


def _validate(command: str, temporary: str, target: Target) -> None:
    finished = process.run(command.replace("%", shlex.quote(temporary)), timeout=_VALIDATE_TIMEOUT)
    if finished.rc != 0:
        raise ResourceError(
            f"validate refused the new content (exit code {finished.rc}); the old file stays",
            log=target.secrets.conceal(finished.output),
            rc=finished.rc,
        )


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _explained(path: str, error: OSError) -> ResourceError:
    if error.errno in (errno.EACCES, errno.EPERM):
        return ResourceError(f"{path}: {error.strerror}; run with become, or choose another path")
    kind = Blocked if error.errno in _SURROUNDINGS else ResourceError
    return kind(f"{path} cannot be written: {error.strerror}")
