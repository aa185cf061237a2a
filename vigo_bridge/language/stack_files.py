# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the files that a stack consists of: a copy of them is the same stack."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import read_below
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.folder import MAX_TEMPLATE, SENT_FOLDERS, files_below, read


def stack_files(
    folder: Path, diagnostics: Diagnostics | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of every file that the stack can use.

    These are the .vgo files, and all files that are sent to hosts. The list of secret stores and
    vault files are not among them, nor is any other file of the folder. diagnostics: for folders
    and .vgo files that cannot be read, of which `load` reports no more where it reads a copy.
    """
    found = diagnostics if diagnostics is not None else Diagnostics()
    for path in files_below(folder, found):
        if not is_used(path):
            continue
        if path.parts[0] in SENT_FOLDERS:
            try:
                yield str(path), read_below(str(folder), str(path), MAX_TEMPLATE)
            except OSError:  # `load` reports it where the stack needs it
                continue
        elif (content := read(folder, path, found)) is not None:
            yield str(path), content


def is_used(path: PurePosixPath) -> bool:
    """Return whether the stack can use a file. path: relative to the stack's folder."""
    if path.parts[0] in SENT_FOLDERS:
        return len(path.parts) > 1 and _is_text(str(path))
    return path.suffix == ".vgo" and _is_text(str(path))


def _is_text(name: str) -> bool:
    """Return whether the name is valid UTF-8; no resource can name other files."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
