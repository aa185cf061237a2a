# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state that predicted changes would have created, for check mode.

Predicted files are an overlay of the machine's own. What a command would change is not known, nor
what a container writes to the folders that it is given: these are marked unknown, and earlier
predictions of files there no longer count. Moments are numbers that grow from turn to turn.

A command is expected not to write files that other resources describe as a whole. What installs
packages may well create one that is missing, and a module that edits files is about just these.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import glob
import os
from dataclasses import dataclass, field
from typing import IO, Any, Callable, ContextManager, Iterable

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

    By path, a file that would have been written, or None if it would have been removed, and at
    which moment. ``_folders``: folders that would have been created, and when. ``_clouds``: paths
    at and below which something may have changed by then. ``_added``, ``_replaced``: paths at and
    below which that may be files that resources describe as a whole; of the former, new ones.
    """

    _files: dict[str, PredictedFile | None] = field(default_factory=dict)
    _moments: dict[str, int] = field(default_factory=dict)
    _folders: dict[str, int] = field(default_factory=dict)
    _clouds: dict[str, int] = field(default_factory=dict)
    _added: dict[str, int] = field(default_factory=dict)
    _replaced: dict[str, int] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not (self._files or self._folders or self._clouds)

    def put(self, path: str, file: PredictedFile | None, moment: int) -> None:
        """Record that the file would be written, or with None removed."""
        self._files[_resolved(path)] = file
        self._moments[_resolved(path)] = moment

    def put_folder(self, path: str, moment: int) -> None:
        """Record that the folder would be created, with those above it."""
        self._folders[_resolved(path)] = moment

    def cloud(self, path: str, moment: int) -> None:
        """Record that the state of this path, and of all below it, is unknown from now on."""
        self._clouds[_resolved(path)] = moment

    def add(self, path: str, moment: int) -> None:
        """Record that files that are missing may exist from now on, at this path and below it."""
        self._added[_resolved(path)] = moment

    def replace(self, path: str, moment: int) -> None:
        """Record that files may be any others from now on, at this path and below it."""
        self._replaced[_resolved(path)] = moment

    def copy(self) -> PredictedFiles:
        return PredictedFiles(
            dict(self._files),
            dict(self._moments),
            dict(self._folders),
            dict(self._clouds),
            dict(self._added),
            dict(self._replaced),
        )

    def get(self, path: str) -> PredictedFile | None:
        """Return the file that would be there, if one would have been written."""
        return self._files.get(_resolved(path)) if self._files else None

    def kind(self, path: str) -> str | None:
        """Return file, directory or missing; None if the machine's own state counts."""
        if not self._files and not self._folders:
            return None
        path = _resolved(path)
        if path in self._files:
            return "missing" if self._files[path] is None else "file"
        return "directory" if self._moments_below(path) else None

    def has_match(self, pattern: str) -> bool:
        """Return whether a file or folder that would have been created, or a folder above it,
        matches a pattern.
        """
        parts = os.path.normpath(pattern).split("/")
        written = [path for path, file in self._files.items() if file]
        for path in (*written, *self._folders):
            names = path.split("/")[: len(parts)]
            if len(names) == len(parts) and all(map(fnmatch.fnmatchcase, names, parts)):
                return True
        return False

    def is_clear(self, path: str) -> bool:
        """Return whether the state of the path is known."""
        if not self._clouds:
            return True
        path = _resolved(path)
        moments = [self._moments[path]] if path in self._files else self._moments_below(path)
        known = max(moments, default=-1)
        return all(
            moment < known
            for cloud, moment in self._clouds.items()
            if _is_at_or_below(path, cloud) or _is_at_or_below(cloud, path)
        )

    def is_certain(self, path: str, is_missing: bool) -> bool:
        """Return whether a file that a resource describes as a whole is as it is known to be.

        Changes that are expected not to be about such files do not count.
        """
        if not self._added and not self._replaced:
            return True
        path = _resolved(path)
        known = self._moments.get(path, -1)
        found = [*self._replaced.items(), *(self._added.items() if is_missing else ())]
        return all(moment <= known for name, moment in found if _is_at_or_below(path, name))

    def stands_alone(self, path: str) -> bool:
        """Return whether nothing is predicted at a path, and no file or gap above it."""
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
class Foresight:
    """What may be read at one resource's turn.

    uncertain: a predicted change comes before it, so that a command may answer otherwise then.
    active: one of these is no file, but something that acts by itself. moment: this turn's.
    accounts: the predicted users and groups. things: the predicted state of what else is not a
    file, such as a network, by kind, place and name; None for what would be removed.
    """

    files: PredictedFiles = field(default_factory=PredictedFiles)
    accounts: PredictedAccounts = field(default_factory=PredictedAccounts)
    uncertain: bool = False
    active: bool = False
    moment: int = 0
    things: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    @classmethod
    def of_nothing(cls) -> Foresight:
        """Return foresight in which anything may have changed before."""
        foresight = cls(uncertain=True, active=True)
        foresight.cloud("/")
        return foresight

    def trial(self) -> Foresight:
        """Return the same for a turn that leaves no trace."""
        return dataclasses.replace(
            self,
            files=self.files.copy(),
            accounts=self.accounts.copy(),
            things=dict(self.things),
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
        """Return file, directory or missing where that is predicted; links are followed."""
        if self.files.is_empty:
            return None
        return self.files.kind(path) or self.files.kind(os.path.realpath(path))

    def is_clear(self, path: str) -> bool:
        """Return whether the state of the path is known; links are followed."""
        if self.files.is_empty:
            return True
        return self.files.is_clear(path) and self.files.is_clear(os.path.realpath(path))

    def is_unchanged(self, path: str, follow: bool = True) -> bool:
        """Return whether no earlier change can be about the path, nor about a file above it.

        follow: whether what a link there leads to counts as well.
        """
        if self.files.is_empty:
            return True
        ways = {path, os.path.realpath(path)} if follow else {path}
        return all(self.files.is_clear(way) and self.files.stands_alone(way) for way in ways)

    def knows_entry(self, file: str, name: str) -> bool:
        """Return whether the entry of a user or group is as it is in the file of the system."""
        return self.is_clear(f"{file}/{name}") and self.kind(file) is None

    def cloud(self, paths: Iterable[str]) -> None:
        """Record that the state of these paths is unknown after this turn."""
        for path in paths:
            self.files.cloud(path, self.moment)

    def add(self, paths: Iterable[str]) -> None:
        """Record that files may be created at these paths and below in this turn."""
        for path in paths:
            self.files.add(path, self.moment)

    def replace(self, paths: Iterable[str]) -> None:
        """Record that files at these paths and below may be any others after this turn."""
        for path in paths:
            self.files.replace(path, self.moment)


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _resolved(path: str) -> str:
    """Return the path without links in its folders: two ways to one file are one file."""
    folder, name = os.path.split(os.path.normpath(path))
    return os.path.join(os.path.realpath(folder), name)
