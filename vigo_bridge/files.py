# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files of stacks, projects and rollouts."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at

#: The prefix of the folder with files that are not complete yet.
_UNFINISHED = ".vigo-bridge-"


def write_text(path: Path, text: str) -> None:
    """Write a file as UTF-8, with the line ends of the text.

    Its folder is created if it is missing. An OSError names the file: Python's own does not where
    the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with at(str(path)):
        path.write_text(text, encoding="utf-8", newline="")


def write_bytes(path: Path, content: bytes) -> None:
    """Do the same as `write_text`, for any content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with at(str(path)):
        path.write_bytes(content)


@contextlib.contextmanager
def all_or_nothing(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield a folder to write into; its files are moved to `folder` once all of them are written.

    Any error leaves `folder` and the files in it as they were; an OSError names the intended file.
    replace: whether existing files may be replaced; otherwise they are an error.
    """
    with contextlib.ExitStack() as undo:
        create_folder(folder, undo)
        with at(str(folder)):
            scratch = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        undo.callback(shutil.rmtree, scratch, ignore_errors=True)
        new, old = scratch / "new", scratch / "old"
        try:
            new.mkdir()
            old.mkdir()
            yield new
            for path in sorted(new.iterdir()):
                _move(path, folder / path.name, old if replace else None, undo)
        except OSError as error:
            error.filename = _final_name(error.filename, new, folder)
            raise
        undo.pop_all()
    shutil.rmtree(scratch, ignore_errors=True)


def create_folder(folder: Path, undo: contextlib.ExitStack) -> None:
    """Create a folder, and those above it, if they are missing.

    undo: what removes them again, if they are empty then. Raise OSError.
    """
    if folder.is_dir():
        return
    if os.path.lexists(folder):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    create_folder(folder.parent, undo)
    folder.mkdir()
    undo.callback(_remove_if_empty, folder)


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _move(source: Path, target: Path, old: Path | None, undo: contextlib.ExitStack) -> None:
    """Move a file, or the content of a folder. old: the folder for replaced files, if these may
    be replaced.
    """
    if source.is_dir() and target.is_dir():
        for path in sorted(source.iterdir()):
            _move(path, target / path.name, old, undo)
        return
    if os.path.lexists(target):
        if old is None or source.is_dir() or target.is_dir():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        if not target.is_symlink():
            shutil.copymode(target, source)
        kept = Path(tempfile.mkdtemp(dir=old), target.name)
        _keep(target, kept)
        undo.callback(kept.replace, target)
        source.replace(target)
        return
    source.rename(target)
    undo.callback(target.rename, source)


def _keep(target: Path, kept: Path) -> None:
    """Give a file a second name, so that it can be replaced in one step."""
    try:
        os.link(target, kept, follow_symlinks=False)
    except OSError:  # Some file systems have no hard links.
        shutil.copy2(target, kept, follow_symlinks=False)


def _final_name(name: object, new: Path, folder: Path) -> object:
    path = Path(name) if isinstance(name, str) else None
    return str(folder / path.relative_to(new)) if path and path.is_relative_to(new) else name
