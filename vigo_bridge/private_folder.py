# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders for one run that no other user can read, and that are removed afterwards unless kept."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host import temporary_folders

_SHARED_MEMORY = Path("/dev/shm")
_PREFIX = "vigo-bridge-"
#: Of those that are locked while they are in use.
_LOCKED = f"{_PREFIX}run-"


@contextlib.contextmanager
def private_folder(keep: bool = False) -> Iterator[Path]:
    """Create a folder with mode 0700, in memory if possible.

    keep: it stays, on disk, to show what Ansible was given.
    """
    if keep:
        yield Path(tempfile.mkdtemp(prefix=_PREFIX))
        return
    in_memory = _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK)
    with temporary_folder(_SHARED_MEMORY if in_memory else Path(tempfile.gettempdir())) as folder:
        yield folder


@contextlib.contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Create a folder with mode 0700.

    Folders that killed runs of this user left beside it are removed.
    """
    temporary_folders.clear(str(parent), _LOCKED)
    with temporary_folders.temporary_folder(str(parent), f"{_LOCKED}{os.getpid()}-") as folder:
        yield Path(folder)
