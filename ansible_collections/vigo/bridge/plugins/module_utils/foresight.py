# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode knows of the state that earlier, only predicted changes would have made.

Predicted files lie over the machine's own like a transparent sheet. What a command or a
container would change cannot be told: below one of them, nobody asks the machine.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import IO, Callable, ContextManager


@dataclass(frozen=True)
class PredictedFile:
    """A file that would be there. read: opens its content, as far as it can be told."""

    read: Callable[[], ContextManager[IO[bytes]]]
    mode: int
    uid: int
    gid: int
    secontext: str = ""


@dataclass
class PredictedFiles:
    """All files that would have been written or removed so far, by path."""

    _files: dict[str, PredictedFile | None] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self._files

    def write(self, path: str, file: PredictedFile) -> None:
        self._files[_resolved(path)] = file

    def remove(self, path: str) -> None:
        self._files[_resolved(path)] = None

    def copy(self) -> PredictedFiles:
        return PredictedFiles(dict(self._files))

    def get(self, path: str) -> PredictedFile | None:
        """The file that would be there, if one would have been written."""
        return self._files.get(_resolved(path)) if self._files else None

    def kind(self, path: str) -> str | None:
        """file, directory or missing; None where the machine's own state counts."""
        if not self._files:
            return None
        path = _resolved(path)
        if path in self._files:
            return "missing" if self._files[path] is None else "file"
        below = path.rstrip("/") + "/"
        if any(file and name.startswith(below) for name, file in self._files.items()):
            return "directory"
        return None


@dataclass(frozen=True)
class Foresight:
    """What may be asked at one resource's turn.

    uncertain: a predicted change comes before it, so that a command may answer otherwise then.
    opaque: one of these is no file, so that any file may be there or not.
    """

    files: PredictedFiles = field(default_factory=PredictedFiles)
    uncertain: bool = False
    opaque: bool = False

    def exists(self, path: str) -> bool | None:
        """Whether anything would be at the path; None where that cannot be told."""
        kind = self.files.kind(path)
        if kind is not None:
            return kind != "missing"
        return None if self.opaque else os.path.lexists(path)

    def kind(self, path: str) -> str | None:
        """file, directory or missing where that is predicted."""
        if self.files.is_empty:
            return None
        return self.files.kind(path) or self.files.kind(os.path.realpath(path))


def _resolved(path: str) -> str:
    """The path without links in its folders: two ways to one file are one file."""
    folder, name = os.path.split(os.path.normpath(path))
    return os.path.join(os.path.realpath(folder), name)
