# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary files, removed at the end, or by the next run if this one is killed."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import IO, Iterator

from ..common.dataclass import dataclass
from . import temporary_entries

#: File names may have 255 bytes; the rest is for what makes a name unique.
_NAME_LIMIT = 200


@dataclass(frozen=True)
class Temporary:
    """A file with mode 0600, open for writing."""

    path: str
    stream: IO[bytes]

    def rename(self, path: str, durable: bool = True) -> None:
        """Put the file at its place in one step. durable: whether it must survive a power
        failure.
        """
        self.stream.flush()
        if durable:
            os.fsync(self.stream.fileno())
        os.rename(self.path, path)
        if durable:
            sync_folder(os.path.dirname(path))


@contextlib.contextmanager
def temporary(folder: str, prefix: str, suffix: str = "") -> Iterator[Temporary]:
    """Create a file in the folder, removed at the end unless it was renamed. Raise OSError."""
    import tempfile  # Slow to load, and only where something is written.

    descriptor, path = temporary_entries.create(
        lambda: tempfile.mkstemp(suffix, prefix, folder), os.unlink
    )
    with os.fdopen(descriptor, "wb") as stream:
        try:
            os.fchmod(descriptor, 0o600)  # independent of the umask
            yield Temporary(path, stream)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)


def write_atomically(path: str, content: bytes, durable: bool = True) -> None:
    """Write a file with this content and mode 0600, in one step. Raise OSError.

    durable: whether it must survive a power failure, which is slower.
    """
    with temporary(os.path.dirname(path), prefix_beside(path)) as file:
        file.stream.write(content)
        file.rename(path, durable)


def clear(folder: str, prefix: str) -> None:
    """Remove the temporary files that killed runs left. What cannot be removed stays."""
    temporary_entries.clear(folder, prefix, lambda status: stat.S_ISREG(status.st_mode), os.unlink)


def prefix_beside(path: str) -> str:
    """Return the prefix of temporary files for this path: hidden, and with its name."""
    name = os.fsencode(os.path.basename(path))[:_NAME_LIMIT]
    return f".{os.fsdecode(name)}.vigo-"


def sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
