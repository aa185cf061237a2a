# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary folders, removed at the end, or by the next run if this one is killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from typing import Iterator

from . import temporary_entries


@contextlib.contextmanager
def temporary_folder(parent: str, prefix: str) -> Iterator[str]:
    """Create a folder for this user alone, removed at the end unless it was renamed.

    Raise OSError.
    """
    descriptor, path = temporary_entries.create(lambda: _make(parent, prefix), os.rmdir)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def clear(parent: str, prefix: str) -> None:
    """Remove the temporary folders that killed runs left. What cannot be removed stays."""
    temporary_entries.clear(parent, prefix, _is_own_folder, shutil.rmtree)


def _make(parent: str, prefix: str) -> tuple[int, str]:
    while True:
        path = tempfile.mkdtemp(prefix=prefix, dir=parent)
        with contextlib.suppress(FileNotFoundError):  # Another run may have removed it.
            return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC), path


def _is_own_folder(status: os.stat_result) -> bool:
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
