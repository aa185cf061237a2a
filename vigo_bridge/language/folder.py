# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a stack's folder."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Literal

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import (
    read_below,
    resolved_below,
)
from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.language.position import Position

#: Folders at the top of a stack, and files, that were renamed, and their current names.
OLDER_FOLDERS = {"modules": "configcrates"}
OLDER_FILES = {"per_env_overrides.vgo": "environments.vgo"}

TEMPLATES = "templates"
EXECUTORS = "executors"
#: The folders at the top of a stack whose files are .vgo files.
VGO_FOLDERS = ("configcrates", "roles", "envoys", "tasks", "builds")
#: The folders with files that resources name.
SENT_FOLDERS = (TEMPLATES, EXECUTORS)
FOLDERS = (*VGO_FOLDERS, *SENT_FOLDERS)
_ROLES = "roles.vgo"

#: Limits far above those of real stacks, so that a hostile one cannot use up memory or time.
MAX_VGO = 8 << 20
MAX_VGO_TOTAL = 32 << 20
MAX_VALUES = 1_000_000
MAX_TEMPLATE = 8 << 20
MAX_TEMPLATES_TOTAL = 256 << 20
MAX_NAMES = 100_000
MAX_DEPTH = 64

_SMALLER = "use a separate folder for the stack with --stacks"
_ADVICE = {
    errno.EXDEV: "files outside the stack's folder are not allowed: copy it there",
    errno.EINVAL: "remove it, or rename it with a dot in front",
    errno.EFBIG: "split it, or move it out of the stack's folder",
    errno.ELOOP: "correct the link, or remove it",
    errno.ENOENT: "correct the link, or remove it",
}

#: The kinds of .vgo files.
Kind = Literal["configcrate", "roles", "task", "build", "common", "environments", "envoys", "stack"]


def kind_of(path: PurePosixPath) -> Kind:
    """Return the kind of a file by its path. path: relative to the stack's folder."""
    if str(path) == "stack.vgo":
        return "stack"
    top = path.parts[0] if len(path.parts) > 1 else ""
    name = OLDER_FILES.get(path.name, path.name)
    if OLDER_FOLDERS.get(top, top) == "configcrates":
        return "configcrate"
    if top == "roles" or str(path) == _ROLES:
        return "roles"
    if top in ("tasks", "builds"):
        return "task" if top == "tasks" else "build"
    if name == "common.vgo":
        return "common"
    return "environments" if name == "environments.vgo" else "envoys"


def folder_problem(folder: Path) -> Diagnostic | None:
    """Return the reason why a folder cannot be a stack, if there is one."""
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        return Diagnostic(
            "error",
            f"the stack {str(folder)!r} {what}",
            None,
            "VB101",
            "set the folder that contains configcrates/ and envoys/ with --stacks, or create a"
            " stack with `vigo-bridge init`",
        )
    for inner in (folder / "stacks", folder / "stockpile"):
        if _holds_crates(inner) and not _holds_crates(folder):
            return Diagnostic(
                "error",
                f"{str(folder)!r} is not a stack, but contains one",
                None,
                "VB101",
                f"write --stacks {inner}",
            )
    return None


def _holds_crates(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in ("configcrates", *OLDER_FOLDERS))


def files_below(folder: Path, diagnostics: Diagnostics | None = None) -> Iterator[PurePosixPath]:
    """Yield all files that are not hidden, relative to the folder, in a stable order.

    Links to folders are followed if they stay inside the stack's folder, each folder once.
    diagnostics: for files and folders that are not read.
    """
    found = diagnostics if diagnostics is not None else Diagnostics()
    seen: set[str] = set()
    waiting = [PurePosixPath()]
    count = 0
    while waiting:
        current = waiting.pop()
        if not _is_to_be_read(folder, current, seen, found):
            continue
        entries = _entries(folder, current, found)
        count += len(entries)
        if count > MAX_NAMES:
            _unusable(found, current, f"the stack contains more than {MAX_NAMES} files", _SMALLER)
            return
        _report_wrong_kinds(current, entries, found)
        yield from (current / entry.name for entry in entries if not _is_folder(entry))
        waiting += [current / entry.name for entry in reversed(entries) if _is_folder(entry)]


def _report_wrong_kinds(
    path: PurePosixPath, entries: Iterable[os.DirEntry[str]], found: Diagnostics
) -> None:
    """Report folders that have the name of a file, and files that have the name of a folder."""
    for entry in entries:
        named, is_folder = path / entry.name, _is_folder(entry)
        if is_folder and named.suffix == ".vgo" and named.parts[0] not in SENT_FOLDERS:
            message = f"the file {entry.name} cannot be read: it is a folder, not a regular file"
            _unusable(found, named, message, "rename the folder")
        elif not is_folder and str(named) in (*FOLDERS, *OLDER_FOLDERS):
            message = f"{entry.name} is not a folder, so it is not read"
            _unusable(found, named, message, f"create a folder {entry.name}/, or rename the file")


def _entries(folder: Path, path: PurePosixPath, found: Diagnostics) -> list[os.DirEntry[str]]:
    """Return the sorted names in one folder, without hidden ones."""
    try:
        with os.scandir(folder / path) as entries:
            names = list(itertools.islice(entries, MAX_NAMES + 1))
    except OSError as error:
        _unusable(found, path, f"the folder cannot be read: {error.strerror}", advice_for(error))
        return []
    shown = (entry for entry in names if not entry.name.startswith("."))
    return sorted(shown, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a circular link, which is reported when it is read


def _is_to_be_read(folder: Path, path: PurePosixPath, seen: set[str], found: Diagnostics) -> bool:
    """Return whether a folder is inside the stack's folder, not too deep, and not read yet."""
    if len(path.parts) > MAX_DEPTH:
        _unusable(found, path, f"folders are nested deeper than {MAX_DEPTH} levels", _SMALLER)
        return False
    try:
        real = resolved_below(str(folder), str(path))
    except OSError as error:
        _unusable(found, path, f"the folder is not read: {error.strerror}", advice_for(error))
        return False
    is_new = real not in seen
    seen.add(real)
    return is_new


def read(folder: Path, path: PurePosixPath, diagnostics: Diagnostics) -> bytes | None:
    """Return the content of a .vgo file, or None after a finding."""
    try:
        return read_below(str(folder), str(path), MAX_VGO)
    except OSError as error:
        _unusable(
            diagnostics, path, f"the file cannot be read: {error.strerror}", advice_for(error)
        )
        return None


def _unusable(diagnostics: Diagnostics, path: PurePosixPath, message: str, suggestion: str) -> None:
    diagnostics.error("VB101", Position(str(path), 1, 1), message, suggestion)


def advice_for(error: OSError) -> str:
    """Return advice on a file or folder that cannot be read."""
    return _ADVICE.get(error.errno or 0, "check its permissions, or remove it")
