# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a file before a rollout changed it, and how to restore it."""

from __future__ import annotations

import base64
import contextlib
import os
import stat
from typing import Any, Mapping

from ...common.errors import ResourceError
from ...host import temporary_files
from ...host.regular_files import read_regular
from ..base import Decision
from . import extended_attributes, writing
from .failures import explained

#: A larger file is not kept, in bytes.
_LARGEST = 8 << 20


def state_of(path: str) -> Mapping[str, Any] | None:
    """Return what is at a path: a file with content, mode and owner, a link, or nothing.

    Return None if it cannot be kept. Raise ResourceError.
    """
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return {"path": path, "kind": "missing"}
    except OSError as error:
        raise explained(path, error) from error
    try:
        if stat.S_ISLNK(found.st_mode):
            return {"path": path, "kind": "link", "link": os.readlink(path)}
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
            return None
        return {
            "path": path,
            "kind": "file",
            "content": base64.b64encode(read_regular(path, _LARGEST)).decode(),
            "mode": stat.S_IMODE(found.st_mode),
            "uid": found.st_uid,
            "gid": found.st_gid,
        }
    except OSError as error:
        raise explained(path, error) from error


def restore(state: Mapping[str, Any]) -> Decision:
    """Restore the former state of a path, and return what was done. Raise ResourceError."""
    path = str(state["path"])
    temporary_files.clear(os.path.dirname(path), temporary_files.prefix_beside(path))
    now = state_of(path)
    if now == dict(state):
        return Decision("none", "it is already in its former state")
    try:
        if state["kind"] == "missing":
            if os.path.isdir(path) and not os.path.islink(path):
                raise ResourceError(f"{path} is a directory now; remove it")
            writing.remove(path)
            return Decision("deleted", "it did not exist")
        if state["kind"] == "link":
            _link(path, str(state["link"]))
        else:
            _write(path, state)
    except OSError as error:
        raise explained(path, error) from error
    return Decision("updated", "the former state was restored")


def _write(path: str, state: Mapping[str, Any]) -> None:
    prefix = temporary_files.prefix_beside(path)
    with temporary_files.temporary(os.path.dirname(path), prefix) as temporary:
        temporary.stream.write(base64.b64decode(state["content"]))
        temporary.stream.flush()
        descriptor = temporary.stream.fileno()
        # The owner comes first: a change of owner clears the set-user-ID bit.
        os.chown(descriptor, int(state["uid"]), int(state["gid"]))
        if os.path.isfile(path) and not os.path.islink(path):
            extended_attributes.take_over(path, descriptor)
        os.chmod(descriptor, int(state["mode"]))
        temporary.rename(path)


def _link(path: str, link: str) -> None:
    folder = os.path.dirname(path)
    name = os.path.join(folder, f"{temporary_files.prefix_beside(path)}link")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name)
    os.symlink(link, name)
    os.rename(name, path)
