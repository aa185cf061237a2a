# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a stack's folder."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.language.position import Position

#: Folders at the top of a stack, and files, that were renamed, and their current names.
OLDER_FOLDERS = {"modules": "configcrates"}
OLDER_FILES = {"per_env_overrides.vgo": "environments.vgo"}

#: What a .vgo file holds.
Kind = Literal["configcrate", "roles", "task", "common", "environments", "envoys"]


def kind_of(path: PurePosixPath) -> Kind:
    """What a file holds, by its place. path: relative to the stack's folder."""
    top = path.parts[0] if len(path.parts) > 1 else ""
    name = OLDER_FILES.get(path.name, path.name)
    if OLDER_FOLDERS.get(top, top) == "configcrates":
        return "configcrate"
    if top == "roles" or str(path) == "roles.vgo":
        return "roles"
    if top == "tasks":
        return "task"
    if name == "common.vgo":
        return "common"
    return "environments" if name == "environments.vgo" else "envoys"


def folder_problem(folder: Path) -> Diagnostic | None:
    """Why a folder cannot be a stack, if it cannot."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        return Diagnostic(
            "error",
            f"the stack {str(folder)!r} {what}",
            None,
            "VB101",
            "name the folder that holds configcrates/ and envoys/ with --stacks, or start one with"
            " `vigo-bridge init`",
        )
    for inner in (folder / "stacks", folder / "stockpile"):
        if _holds_crates(inner) and not _holds_crates(folder):
            return Diagnostic(
                "error",
                f"{str(folder)!r} is not a stack, but holds one",
                None,
                "VB101",
                f"write --stacks {inner}",
            )
    return None


def _holds_crates(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in ("configcrates", *OLDER_FOLDERS))


def files_below(folder: Path) -> Iterator[PurePosixPath]:
    """All files that are not hidden, relative to the folder, in a stable order.

    Linked folders are followed, each folder once.
    """
    seen: set[str] = set()
    for current, subfolders, files in os.walk(folder, followlinks=True):
        if os.path.realpath(current) in seen:
            subfolders.clear()
            continue
        seen.add(os.path.realpath(current))
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                yield PurePosixPath((Path(current) / name).relative_to(folder).as_posix())


def read(folder: Path, path: PurePosixPath, diagnostics: Diagnostics) -> bytes | None:
    """A file's content, or None after a finding."""
    file = folder / path
    try:
        # Reading a pipe would wait for ever.
        if file.exists() and not file.is_file():
            raise OSError(errno.EINVAL, "it is no regular file")
        return file.read_bytes()
    except OSError as error:
        diagnostics.error(
            "VB101",
            Position(str(path), 1, 1),
            f"the file cannot be read: {error.strerror}",
            "check its permissions, or remove it",
        )
        return None
