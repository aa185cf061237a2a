# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder for one run that nobody else can read, and that is gone afterwards."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder with mode 0700, in memory where the machine offers that."""
    in_memory = _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK)
    parent = _SHARED_MEMORY if in_memory else None
    with tempfile.TemporaryDirectory(
        prefix="vigo-bridge-", dir=parent, ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)
