# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unpacks an archive to a new folder that no other user can write to. Nothing is written outside of
it.
"""

from __future__ import annotations

import os
from typing import IO, Dict, List, Tuple

from ...common.errors import ResourceError
from ...common.wording import counted
from ...host import caller_watch
from .members import COPY, FILE, FOLDER, LINK, Member, members, refused

#: Archives with more entries, or deeper ones, are refused.
_MOST, _DEEPEST = 1_000_000, 100
_PIECE = 1 << 20
_FOLDER_MODE = 0o755

Parts = Tuple[str, ...]


def unpack(stream: IO[bytes], folder: str) -> None:
    """Unpack an archive. Raise ResourceError for one that is damaged or refused; raise OSError."""
    unpacking = _Unpacking(folder)
    with members(stream) as found:
        for number, member in enumerate(found):
            if number >= _MOST:
                raise refused(member.parts, f"is one of more than {_MOST} entries")
            unpacking.add(member)
    unpacking.finish()


class _Unpacking:
    """The members that were unpacked so far, by the components of their paths."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._kinds: Dict[Parts, str] = {(): FOLDER}
        self._modes: Dict[Parts, int] = {(): _FOLDER_MODE}
        self._links: List[Parts] = []

    def add(self, member: Member) -> None:
        """Unpack a member. Raise ResourceError if it is refused."""
        caller_watch.leave_if_gone()
        parts = member.parts
        if len(parts) > _DEEPEST:
            raise refused(parts, f"is below more than {_DEEPEST} folders")
        for end in range(1, len(parts)):
            self._make_folder(parts[:end], _FOLDER_MODE)
        if member.kind == FOLDER:
            self._make_folder(parts, member.mode)
            self._modes[parts] = member.mode
            return
        kind = self._kinds.get(parts)
        if kind == FOLDER:
            raise refused(parts, "is a folder and also something else")
        path = self._path(parts)
        if kind:
            os.unlink(path)
        self._kinds[parts] = member.kind
        if member.kind == LINK:
            self._link(member, path)
        elif member.kind == COPY:
            self._copy(member, path)
        else:
            self._write(member, path)

    def finish(self) -> None:
        """Set the modes of folders, which must come last. Raise ResourceError if a link leads out
        of the folder.
        """
        root = os.path.realpath(self._folder)
        for parts in self._links:
            real = os.path.realpath(self._path(parts))
            if real != root and not real.startswith(f"{root}/"):
                raise refused(parts, "is a link that leads out of the archive")
        for parts, mode in self._modes.items():
            os.chmod(self._path(parts), mode)

    def _path(self, parts: Parts) -> str:
        return os.path.join(self._folder, *parts)

    def _make_folder(self, parts: Parts, mode: int) -> None:
        kind = self._kinds.get(parts)
        if kind is None:
            os.mkdir(self._path(parts), 0o700)
            self._kinds[parts], self._modes[parts] = FOLDER, mode
        elif kind != FOLDER:
            raise refused(parts, "is a folder and also something else")

    def _link(self, member: Member, path: str) -> None:
        target = member.leads_to
        if not target or target.startswith("/") or "\0" in target:
            raise refused(member.parts, "is a link that leads out of the archive")
        os.symlink(target, path)
        self._links.append(member.parts)

    def _copy(self, member: Member, path: str) -> None:
        """Copy the content: a hard link would share the mode, too."""
        other = tuple(member.leads_to.split("/"))
        if self._kinds.get(other) not in (FILE, COPY) or other == member.parts:
            raise refused(
                member.parts,
                f"is a hard link to {member.leads_to!r}, which is not a file in the archive",
            )
        with open(self._path(other), "rb") as source:
            _fill(path, source, os.fstat(source.fileno()).st_size, member)

    def _write(self, member: Member, path: str) -> None:
        if member.open is None:
            raise refused(member.parts, "has no content")
        with member.open() as source:
            _fill(path, source, member.size, member)


def _fill(path: str, source: IO[bytes], size: int, member: Member) -> None:
    """Write a file of this size. Raise ResourceError if there is not enough space for it."""
    space = os.statvfs(os.path.dirname(path))
    if size > space.f_bavail * space.f_frsize:
        raise ResourceError(
            f"url: the archive contains a file of {counted(size, 'byte')}, but the disk does not"
            " have that much free space; nothing was changed",
            "free some space, or use another archive",
        )
    left = size
    with open(path, "xb") as stream:
        while left:
            piece = source.read(min(_PIECE, left))
            if not piece:
                raise EOFError(f"{'/'.join(member.parts)} ends early")
            left -= len(piece)
            stream.write(piece)
        os.fchmod(stream.fileno(), member.mode)
