# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes files that a stack has written, unless something else has changed them."""

from __future__ import annotations

import hashlib
import os
import stat

from ...common.errors import ResourceError
from ..result import Result, as_failed
from .failures import explained
from .writing import remove

_BLOCK = 1024 * 1024


def remove_written(result_id: str, kind: str, path: str, digest: str, check_mode: bool) -> Result:
    """Remove a file, or predict that, and return the result.

    digest: the SHA-256 of what the stack has written.
    """
    try:
        found = _digest(path)
        if found is None:
            return Result(result_id, kind, "none", f"{path} does not exist")
        if found != digest:
            reason = f"{path} was changed by something else since the stack wrote it"
            return Result(result_id, kind, "skipped", reason)
        if not check_mode:
            remove(path)
    except ResourceError as error:
        return as_failed(Result(result_id, kind, "failed"), error)
    return Result(result_id, kind, "deleted", f"file {path}")


def _digest(path: str) -> str | None:
    """Return the SHA-256 of a file; empty if it is not a regular file, None if it does not exist.

    Raise ResourceError.
    """
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return ""
        found = hashlib.sha256()
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            for block in iter(lambda: stream.read(_BLOCK), b""):
                found.update(block)
        return found.hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise explained(path, error) from error
