# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode knows of the state that earlier, only predicted changes would have made.

Predicted files lie over the machine's own like a transparent sheet. What a command or a
container would change cannot be told: below one of them, nobody asks the machine, and what was
predicted of files before it counts no more. Moments are numbers that grow from turn to turn.
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
    """All files that would have been written or removed so far, by path, and at which moment."""

    _files: dict[str, PredictedFile | None] = field(default_factory=dict)
    _moments: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self._files

    def put(self, path: str, file: PredictedFile | None, moment: int) -> None:
        """The file would be written, or with None removed."""
        self._files[_resolved(path)] = file
        self._moments[_resolved(path)] = moment

    def copy(self) -> PredictedFiles:
        return PredictedFiles(dict(self._files), dict(self._moments))

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
        return "directory" if self._below(path) else None

    def moment(self, path: str) -> int:
        """When what is predicted of the path was last made sure; -1 where nothing is."""
        path = _resolved(path)
        names = [path] if path in self._files else self._below(path)
        return max((self._moments[name] for name in names), default=-1)

    def _below(self, path: str) -> list[str]:
        start = path.rstrip("/") + "/"
        return [name for name, file in self._files.items() if file and name.startswith(start)]


@dataclass(frozen=True)
class Foresight:
    """What may be asked at one resource's turn.

    uncertain: a predicted change comes before it, so that a command may answer otherwise then.
    clouded: the moment of the last of these changes that is no file, so that any file may be
    there or not since; -1 for none. moment: that of this turn.
    """

    files: PredictedFiles = field(default_factory=PredictedFiles)
    uncertain: bool = False
    clouded: int = -1
    moment: int = 0

    @property
    def opaque(self) -> bool:
        return self.clouded >= 0

    def exists(self, path: str) -> bool | None:
        """Whether anything would be at the path; None where that cannot be told."""
        kind = self.files.kind(path)
        if kind is not None and self.is_sure(path):
            return kind != "missing"
        return None if self.opaque else os.path.lexists(path)

    def kind(self, path: str) -> str | None:
        """file, directory or missing where that is predicted, and still sure."""
        if self.files.is_empty:
            return None
        for name in (path, os.path.realpath(path)):
            kind = self.files.kind(name)
            if kind is not None:
                return kind if self.is_sure(name) else None
        return None

    def is_sure(self, path: str) -> bool:
        """Whether no change that cannot be foretold may have altered the file since."""
        return self.files.moment(path) > self.clouded or not self.opaque


def _resolved(path: str) -> str:
    """The path without links in its folders: two ways to one file are one file."""
    folder, name = os.path.split(os.path.normpath(path))
    return os.path.join(os.path.realpath(folder), name)
