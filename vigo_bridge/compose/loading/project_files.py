# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the files of a compose project, and no files outside of its folder."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import BinaryIO

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import (
    read_below,
    read_regular,
)
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.language.position import Position

LARGEST = 1 << 20
#: The path that stands for it.
STANDARD_INPUT = Path("-")
LARGEST_TOTAL = 64 << 20
#: What reading one more file costs at least, however small it is.
_EACH = 1 << 10


def root_of(folder: Path) -> Path:
    """Return the top folder of a project: its repository, else the folder above it.

    Never a home folder or the root of the file system, which hold too many other files.
    """
    project = Path(os.path.realpath(folder))
    too_wide = {Path(project.anchor), Path.home(), Path(os.path.realpath(Path.home()))}
    for candidate in (project, *project.parents):
        if (candidate / ".git").exists() and candidate not in too_wide:
            return candidate
    return project if project.parent in too_wide else project.parent


class ProjectFiles:
    """Files that a person names may be anywhere; those that files name must be below the root."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self._size = 0

    def given(self, path: Path) -> bytes:
        """Return the content of a file of the command line. Raise ComposeError."""
        place = Position(str(path), 0, 0)
        try:
            if path == STANDARD_INPUT:
                content = _bounded(sys.stdin.buffer)
            elif path.is_fifo():  # such as the shell's <(...)
                with path.open("rb") as stream:
                    content = _bounded(stream)
            else:
                content = read_regular(str(path), LARGEST)
        except OSError as error:
            raise ComposeError(
                place, f"cannot be read: {error.strerror}", "use another file"
            ) from error
        return self._counted(content, place)

    def read(self, path: Path, place: Position) -> bytes:
        """Return the content of a file that another file names. Raise ComposeError.

        place: where it is named.
        """
        try:
            content = read_below(self._root, str(path.absolute()), LARGEST)
        except OSError as error:
            raise ComposeError(
                place, f"{path} cannot be read: {error.strerror}", self._advice(error)
            ) from error
        return self._counted(content, place)

    def _advice(self, error: OSError) -> str:
        if error.errno == errno.EXDEV:  # It leads out of the folder.
            return f"files outside {self._root} are not read; set a parent folder with --root"
        return "correct the path; an env_file that may be missing needs required: false"

    def _counted(self, content: bytes, place: Position) -> bytes:
        self._size += len(content) + _EACH
        if self._size > LARGEST_TOTAL:
            raise ComposeError(
                place,
                f"including this file, more than {LARGEST_TOTAL >> 20} MiB are read",
                "import fewer services at a time, or include fewer files",
            )
        return content


def _bounded(stream: BinaryIO) -> bytes:
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST >> 20} MiB")
    return content
