# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The return values of a task that applies a file, named as in ``ansible.builtin.copy``."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from typing import IO, Any, Mapping

from ...common.errors import ResourceError
from ..target import Target
from . import content
from .owners import group_name, user_name
from .spec import FileSpec

_PIECE = 1024 * 1024


def of_file(spec: FileSpec, target: Target) -> Mapping[str, Any]:
    """Return the file as it is now, or in check mode as it would be."""
    predicted = target.overlay.files.get(spec.path)
    if predicted is not None:
        found = {"state": "file", **_owners(predicted.uid, predicted.gid, predicted.mode)}
    elif target.overlay.files.kind(spec.path) == "missing":
        found = {"state": "absent"}
    else:
        found = _status(spec.path)
    if found["state"] == "file" and not spec.holds_secrets:
        with contextlib.suppress(ResourceError), content.opened(spec.path, target) as stream:
            found.update(_measured(stream))
    return {"dest": spec.path, **found}


def _status(path: str) -> dict[str, Any]:
    try:
        status = os.lstat(path)
    except OSError:
        return {"state": "absent"}
    kinds = {stat.S_IFREG: "file", stat.S_IFLNK: "link", stat.S_IFDIR: "directory"}
    return {
        "state": kinds.get(stat.S_IFMT(status.st_mode), "special"),
        "size": status.st_size,
        **_owners(status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)),
    }


def _owners(uid: int, gid: int, mode: int) -> dict[str, Any]:
    return {
        "uid": uid,
        "gid": gid,
        "owner": user_name(uid),
        "group": group_name(gid),
        "mode": f"{mode:04o}",
    }


def _measured(stream: IO[bytes]) -> dict[str, Any]:
    digest, size = hashlib.sha1(), 0
    for piece in iter(lambda: stream.read(_PIECE), b""):
        digest.update(piece)
        size += len(piece)
    return {"checksum": digest.hexdigest(), "size": size}
