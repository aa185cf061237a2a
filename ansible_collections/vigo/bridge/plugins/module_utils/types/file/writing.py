# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes files atomically: a reader sees the old or the new file, never a part."""

from __future__ import annotations

import contextlib
import os
import time

from ...common.errors import ResourceError
from ...host import temporary_files
from ..target import Target
from . import content, extended_attributes, selinux
from .failures import explained
from .observation import Observed
from .spec import FileSpec

_VALIDATE_TIMEOUT = 30.0


def replace(spec: FileSpec, observed: Observed, target: Target) -> str:
    """Put a complete file in place of what is at the path.

    Return the path of the backup, or empty.
    """
    folder = os.path.dirname(spec.path)
    backup = ""
    try:
        make_folder(folder)
        with temporary_files.temporary(
            folder, temporary_files.prefix_beside(spec.path)
        ) as temporary:
            _fill(temporary, spec, observed, target)
            _set(temporary.stream.fileno(), spec, observed, keep_extended=True)
            if spec.validate:
                _validate(spec.validation(temporary.path), target)
            if spec.backup and observed.kind == "file":
                backup = spec.backup_path(time.time())
                _back_up(spec.path, backup)
            temporary.rename(spec.path)
    except OSError as error:
        raise explained(spec.path, error) from error
    return backup


def set_attributes(spec: FileSpec, observed: Observed) -> None:
    """Set mode, owner and context of a file whose content stays."""
    try:
        descriptor = os.open(spec.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            _set(descriptor, spec, observed)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise explained(spec.path, error) from error


def remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass  # already removed, as desired
    except OSError as error:
        raise explained(path, error) from error


def remove_temporary_files(path: str) -> None:
    """Remove the temporary files that a killed run left beside this path."""
    temporary_files.clear(os.path.dirname(path), temporary_files.prefix_beside(path))


def make_folder(folder: str) -> None:
    """Create a folder with its parents, all 0755, independent of the umask."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    for path in reversed(missing):
        with contextlib.suppress(FileExistsError):  # another process created it first
            os.mkdir(path)
            os.chmod(path, 0o755)


def _fill(
    temporary: temporary_files.Temporary, spec: FileSpec, observed: Observed, target: Target
) -> None:
    with content.desired(spec, target, observed.kind == "file") as stream:
        if stream is None:
            return
        written = content.copy(stream, temporary.stream)
    temporary.stream.flush()
    if written.sha256 != observed.desired_digest:
        raise ResourceError(
            f"{spec.path}: the source changed while it was copied; the old file is unchanged. Run"
            " again when nothing writes to the source"
        )


def _set(descriptor: int, spec: FileSpec, observed: Observed, keep_extended: bool = False) -> None:
    """Set mode, owner and context, as far as the spec sets them.

    The owner comes first: a change of owner clears the set-user-ID bit. keep_extended: whether the
    descriptor is of a new file, which takes over the extended attributes of the old one.
    """
    kept = observed if observed.kind == "file" else Observed("missing")
    uid = kept.uid if observed.desired_uid is None else observed.desired_uid
    gid = kept.gid if observed.desired_gid is None else observed.desired_gid
    now = os.fstat(descriptor)
    if (uid, gid) not in ((-1, -1), (now.st_uid, now.st_gid)):
        os.chown(descriptor, uid, gid)
    if keep_extended and observed.kind == "file":
        extended_attributes.take_over(spec.path, descriptor)
    os.chmod(descriptor, observed.desired_mode)
    if spec.secontext:
        selinux.set_context(descriptor, spec.path, spec.secontext)


def _validate(command: str, target: Target) -> None:
    from ...host import process  # Slow to load, and few files have it.

    finished = process.run(command, timeout=_VALIDATE_TIMEOUT, secrets=target.secrets)
    if finished.rc != 0:
        raise ResourceError(
            f"validate rejected the new content (exit code {finished.rc}); the old file is"
            " unchanged; correct the content",
            log=finished.output,
            rc=finished.rc,
        )


def _back_up(path: str, backup: str) -> None:
    """Copy a file with its owner, mode and times; the backup is complete or does not exist."""
    import shutil  # Slow to load, and only for copies.

    folder = os.path.dirname(path)
    with temporary_files.temporary(folder, temporary_files.prefix_beside(path)) as temporary:
        with open(path, "rb") as old:
            shutil.copyfileobj(old, temporary.stream)
            temporary.stream.flush()
            found = os.fstat(old.fileno())
        os.chown(temporary.path, found.st_uid, found.st_gid)
        shutil.copystat(path, temporary.path)
        temporary.rename(backup)
