# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a file is now, and what its desired content comes to."""

from __future__ import annotations

import errno
import grp
import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from typing import Callable

from ..errors import ResourceError
from .spec import FileSpec

#: Longer content is compared but not shown in a diff, in bytes.
SHOWN_LIMIT = 100 * 1024


@dataclass(frozen=True)
class Observed:
    """kind: missing, file, link, directory or special. Digests are SHA-256.

    before, after: the old and new content as text, None where it cannot be shown. desired_*
    are None where the spec leaves them as they are.
    """

    kind: str
    digest: str = ""
    mode: int = 0
    uid: int = -1
    gid: int = -1
    before: str | None = ""
    after: str | None = ""
    desired_digest: str | None = None
    desired_uid: int | None = None
    desired_gid: int | None = None


def observe(spec: FileSpec, reveal: Callable[[str], str]) -> Observed:
    """Raises ResourceError for what cannot be read, and for unknown owners."""
    try:
        found = os.lstat(spec.path)
    except FileNotFoundError:
        found = None
    except NotADirectoryError:
        raise ResourceError(f"{spec.path}: one of its parents is a file, not a folder") from None
    kind = _kind(found)
    before = _read(spec.path) if kind == "file" else b""
    desired = desired_content(spec, reveal) if spec.state == "present" else None
    return Observed(
        kind=kind,
        digest=hashlib.sha256(before).hexdigest(),
        mode=stat.S_IMODE(found.st_mode) if found else 0,
        uid=found.st_uid if found else -1,
        gid=found.st_gid if found else -1,
        before=_shown(before),
        after=_shown(before if desired is None else desired),
        desired_digest=None if desired is None else hashlib.sha256(desired).hexdigest(),
        desired_uid=None if spec.owner is None else _uid(spec.owner),
        desired_gid=None if spec.group is None else _gid(spec.group),
    )


def desired_content(spec: FileSpec, reveal: Callable[[str], str]) -> bytes | None:
    """The content with its secrets, or None where the spec names none."""
    if spec.content is not None:
        return reveal(spec.content).encode("utf-8", "surrogateescape")
    return _read(spec.source) if spec.source else None


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _kind(found: os.stat_result | None) -> str:
    if found is None:
        return "missing"
    for kind, matches in (
        ("link", stat.S_ISLNK),
        ("directory", stat.S_ISDIR),
        ("file", stat.S_ISREG),
    ):
        if matches(found.st_mode):
            return kind
    return "special"


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        hint = "; run with become" if error.errno == errno.EACCES else ""
        raise ResourceError(f"{path} cannot be read: {error.strerror}{hint}") from error


def _shown(content: bytes) -> str | None:
    if len(content) > SHOWN_LIMIT:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _uid(owner: str) -> int:
    try:
        return int(owner) if owner.isdigit() else pwd.getpwnam(owner).pw_uid
    except KeyError:
        raise ResourceError(f"owner: user {owner!r} does not exist; create it first") from None


def _gid(group: str) -> int:
    try:
        return int(group) if group.isdigit() else grp.getgrnam(group).gr_gid
    except KeyError:
        raise ResourceError(f"group: {group!r} does not exist; create it first") from None
