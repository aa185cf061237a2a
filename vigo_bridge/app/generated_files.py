# SPDX-License-Identifier: GPL-3.0-or-later
"""Replaces the files that an earlier call has generated, and no others.

A list with the checksum of each file is written next to them, as `sha256sum` writes it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import (
    read_below,
    resolved_below,
)
from vigo_bridge.app.writing import refuse_to_overwrite
from vigo_bridge.failures import Failure
from vigo_bridge.files import all_or_nothing, write_text
from vigo_bridge.wording import some

LIST = "generated.txt"
_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
#: What a user may have next to the files.
_IGNORED = (".git",)
_LARGEST = 64 << 20


@contextlib.contextmanager
def generating(folder: Path) -> Iterator[Path]:
    """Yield a folder to write files into, which then replace those of an earlier call.

    folder: new, empty, or with the files of an earlier call, and then possibly those of Git. Raise
    Failure if a file in it was changed since, or would be replaced although no call wrote it.
    """
    known = _known(folder)
    if not known:
        _refuse_others(folder)
    _refuse_changed(folder, known)
    with all_or_nothing(folder, replace=True) as new:
        yield new
        written = _checksums(new)
        unknown = [path for path in written if path not in known and _exists(folder, path)]
        if unknown:
            raise Failure(
                f"{folder} contains {some(unknown)}, which an earlier call did not generate; move"
                " it to another folder. Nothing was written."
            )
        lines = [f"{checksum}  {path}\n" for path, checksum in written.items()]
        write_text(new / LIST, "".join(lines))
    for path in known:
        if path not in written:
            _remove(folder, path)


def _known(folder: Path) -> Mapping[str, str]:
    """Return the files of the earlier call with their checksums; none if there was none."""
    if not os.path.lexists(folder / LIST):
        return {}
    try:
        lines = read_below(str(folder), LIST, _LARGEST).decode().split("\n")
        found = [_LINE.fullmatch(line) for line in lines]
        return {match[2]: match[1] for match in found if match is not None}
    except (OSError, ValueError) as error:
        raise Failure(
            f"{folder / LIST} cannot be read: {error}; use a new folder. Nothing was written."
        ) from error


def _refuse_others(folder: Path) -> None:
    """End the command where a folder has anything besides a new Git repository."""
    if not folder.is_dir() or any(path.name not in _IGNORED for path in folder.iterdir()):
        refuse_to_overwrite(folder)


def _refuse_changed(folder: Path, known: Mapping[str, str]) -> None:
    changed = [
        path
        for path, checksum in known.items()
        if _exists(folder, path) and _checksum(folder, path) != checksum
    ]
    if changed:
        raise Failure(
            f"in {folder}, {some(changed)} changed after it was generated; move the change to the"
            " stack, and remove the file. Nothing was written."
        )


def _exists(folder: Path, path: str) -> bool:
    return os.path.lexists(folder / path)


def _checksum(folder: Path, path: str) -> str | None:
    """Return a file's checksum; None for anything but a regular file in the folder."""
    try:
        return hashlib.sha256(read_below(str(folder), path, _LARGEST)).hexdigest()
    except OSError:
        return None


def _checksums(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def _remove(folder: Path, path: str) -> None:
    """Remove a file that is not generated any more, and the folders that are empty then."""
    with contextlib.suppress(OSError):
        resolved_below(str(folder), path)
        (folder / path).unlink()
        for parent in Path(path).parents:
            if parent != Path():
                (folder / parent).rmdir()
