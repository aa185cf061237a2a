# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state that predicted changes would have created, for check mode.

Predicted files are an overlay over those of the machine. It is not known what a command changes,
nor what a container writes to the folders that are mounted into it: such paths are marked unknown,
and earlier predictions for them no longer count. Moments are numbers that increase with each
resource.

A command is assumed not to write files that other resources describe completely. Installing a
package may create such a file if it is missing, and a module that edits files may change any.
"""

from __future__ import annotations

import fnmatch
import glob
import os
from typing import IO, Any, Callable, ContextManager, Iterable

from ..common.dataclass import dataclass, field, replace
from .predicted_accounts import PredictedAccounts


@dataclass(frozen=True)
class PredictedFile:
    """A predicted file. read: opens its content, as far as it is known."""

    read: Callable[[], ContextManager[IO[bytes]]]
    mode: int
    uid: int
    gid: int
    secontext: str = ""


@dataclass
class PredictedFiles:
    """The predicted state of files so far.

    _files: by path, the file that would be written, or None if it would be removed. _moments: when
    each of these was predicted. _folders: folders that would be created, and when. _unknown: paths
    at and below which something may have changed, and when. _added, _replaced: the same for files
    that resources describe completely: those that may be new, and those that may be different.
    """

    _files: dict[str, PredictedFile | None] = field(default_factory=dict)
    _moments: dict[str, int] = field(default_factory=dict)
    _folders: dict[str, int] = field(default_factory=dict)
    _unknown: dict[str, int] = field(default_factory=dict)
    _added: dict[str, int] = field(default_factory=dict)
    _replaced: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self._files or self._folders or self._unknown)

    def put(self, path: str, file: PredictedFile | None, moment: int) -> None:
        """Record that the file would be written; None: removed."""
        self._files[_resolved(path)] = file
        self._moments[_resolved(path)] = moment

    def put_folder(self, path: str, moment: int) -> None:
        """Record that the folder would be created, with those above it."""
        self._folders[_resolved(path)] = moment

    def mark_unknown(self, path: str, moment: int) -> None:
        """Record that the state of this path, and of all below it, is unknown from now on."""
        self._unknown[_resolved(path)] = moment

    def add(self, path: str, moment: int) -> None:
        """Record that files that are missing may exist from now on, at this path and below it."""
        self._added[_resolved(path)] = moment

    def replace(self, path: str, moment: int) -> None:
        """Record that files may be different from now on, at this path and below it."""
        self._replaced[_resolved(path)] = moment

    def copy(self) -> PredictedFiles:
        return PredictedFiles(
            dict(self._files),
            dict(self._moments),
            dict(self._folders),
            dict(self._unknown),
            dict(self._added),
            dict(self._replaced),
        )

    def get(self, path: str) -> PredictedFile | None:
        """Return the predicted file at the path, if there is one."""
        return self._files.get(_resolved(path)) if self._files else None

    def kind(self, path: str) -> str | None:
        """Return file, directory or missing; None if nothing is predicted."""
        if not self._files and not self._folders:
            return None
        path = _resolved(path)
        if path in self._files:
            return "missing" if self._files[path] is None else "file"
        return "directory" if self._moments_below(path) else None

    def has_match(self, pattern: str) -> bool:
        """Return whether a file or folder that would be created, or its parent, matches."""
        parts = os.path.normpath(pattern).split("/")
        written = [path for path, file in self._files.items() if file]
        for path in (*written, *self._folders):
            names = path.split("/")[: len(parts)]
            if len(names) == len(parts) and all(map(fnmatch.fnmatchcase, names, parts)):
                return True
        return False

    def is_clear(self, path: str) -> bool:
        """Return whether the state of the path is known."""
        if not self._unknown:
            return True
        path = _resolved(path)
        moments = [self._moments[path]] if path in self._files else self._moments_below(path)
        known = max(moments, default=-1)
        return all(
            moment < known
            for unknown, moment in self._unknown.items()
            if _is_at_or_below(path, unknown) or _is_at_or_below(unknown, path)
        )

    def is_certain(self, path: str, is_missing: bool) -> bool:
        """Return whether the state of a file that a resource describes completely is known.

        Unlike with ``is_clear``, commands are assumed not to change it.
        """
        if not self._added and not self._replaced:
            return True
        path = _resolved(path)
        known = self._moments.get(path, -1)
        found = [*self._replaced.items(), *(self._added.items() if is_missing else ())]
        return all(moment <= known for name, moment in found if _is_at_or_below(path, name))

    def is_untouched(self, path: str) -> bool:
        """Return whether nothing is predicted at or below a path, nor a file above it."""
        path = _resolved(path)
        if any(_is_at_or_below(path, name) for name in self._files):
            return False
        return not self._moments_below(path)

    def _moments_below(self, path: str) -> list[int]:
        """Return when something was created at or below a path."""
        written = [(name, self._moments[name]) for name, file in self._files.items() if file]
        return [
            moment
            for name, moment in (*written, *self._folders.items())
            if _is_at_or_below(name, path)
        ]


@dataclass(frozen=True)
class Overlay:
    """The state that earlier changes are predicted to leave, at the turn of one resource.

    uncertain: whether a change is predicted, so that a command may give another answer by then.
    active: whether a change is predicted whose effects are not all known. moment: that of this
    turn. accounts: the predicted users and groups. objects: the predicted state of other objects,
    such as networks, by kind, host and name; None for what would be removed.
    """

    files: PredictedFiles = field(default_factory=PredictedFiles)
    accounts: PredictedAccounts = field(default_factory=PredictedAccounts)
    uncertain: bool = False
    active: bool = False
    moment: int = 0
    objects: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    @classmethod
    def all_unknown(cls) -> Overlay:
        """Return an overlay in which anything may have changed before."""
        overlay = cls(uncertain=True, active=True)
        overlay.mark_unknown("/")
        return overlay

    def copy(self) -> Overlay:
        """Return a copy, for a turn that is not recorded."""
        return replace(
            self,
            files=self.files.copy(),
            accounts=self.accounts.copy(),
            objects=dict(self.objects),
        )

    def exists(self, path: str) -> bool | None:
        """Return whether anything would be at the path; None if that is unknown."""
        if not self.is_clear(path):
            return None
        kind = self.files.kind(path)
        return os.path.lexists(path) if kind is None else kind != "missing"

    def matches(self, pattern: str) -> bool | None:
        """Return whether anything would match a shell pattern; None if that is unknown."""
        found = glob.glob(pattern)
        if self.files.is_empty:
            return bool(found)
        fixed = pattern
        while glob.has_magic(fixed):
            fixed = os.path.dirname(fixed)
        if not self.is_clear(fixed):
            return None
        real = [path for path in found if self.files.kind(path) != "missing"]
        return bool(real) or self.files.has_match(pattern)

    def kind(self, path: str) -> str | None:
        """Return file, directory or missing; None if nothing is predicted. Follows links."""
        if self.files.is_empty:
            return None
        return self.files.kind(path) or self.files.kind(os.path.realpath(path))

    def is_clear(self, path: str) -> bool:
        """Return whether the state of the path is known. Follows links."""
        if self.files.is_empty:
            return True
        return self.files.is_clear(path) and self.files.is_clear(os.path.realpath(path))

    def is_unchanged(self, path: str, follow: bool = True) -> bool:
        """Return whether no earlier change can affect the path, nor a file above it.

        follow: whether the target of a symbolic link at the path is checked, too.
        """
        if self.files.is_empty:
            return True
        paths = {path, os.path.realpath(path)} if follow else {path}
        return all(self.files.is_clear(each) and self.files.is_untouched(each) for each in paths)

    def is_entry_unchanged(self, file: str, name: str) -> bool:
        """Return whether no earlier change affects a user or group in a file such as passwd."""
        return self.is_clear(f"{file}/{name}") and self.kind(file) is None

    def mark_unknown(self, paths: Iterable[str]) -> None:
        """Record that the state of these paths is unknown after this turn."""
        for path in paths:
            self.files.mark_unknown(path, self.moment)

    def add(self, paths: Iterable[str]) -> None:
        """Record that files may be created at these paths and below in this turn."""
        for path in paths:
            self.files.add(path, self.moment)

    def replace(self, paths: Iterable[str]) -> None:
        """Record that files at these paths and below may be different after this turn."""
        for path in paths:
            self.files.replace(path, self.moment)


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _resolved(path: str) -> str:
    """Return the path with symbolic links in its folders resolved."""
    folder, name = os.path.split(os.path.normpath(path))
    return os.path.join(os.path.realpath(folder), name)
