# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder for one run that nobody else can read, and that is gone afterwards unless kept."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_PREFIX = "vigo-bridge-"


@contextlib.contextmanager
def private_folder(keep: bool = False) -> Iterator[Path]:
    """A new folder with mode 0700, in memory where the machine offers that.

    keep: it stays, on disk, for whoever wants to see what Ansible was given.
    """
    if keep:
        yield Path(tempfile.mkdtemp(prefix=_PREFIX))
        return
    in_memory = _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK)
    parent = _SHARED_MEMORY if in_memory else None
    with tempfile.TemporaryDirectory(
        prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)
