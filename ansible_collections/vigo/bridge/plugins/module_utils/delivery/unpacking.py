# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of Python files that are unpacked on a target once, and kept there.

Each has a subfolder of a folder that only this user and root can write to. The subfolder is created
in one step, so that other processes find all of its files or none.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import zipfile

from ..host import temporary_files, temporary_folders
from ..host.private_files import make_folder

_PART = ".part-"
#: How many former versions are kept, for other controllers and running calls.
OTHERS = 3


def unpack(archive: bytes, folder: str, name: str) -> str:
    """Unpack a ZIP archive into a folder's subfolder of this name, and return its path.

    An existing folder of that name stays. Raise OSError, and PermissionError if another user
    could have put something there.
    """
    folder = make_folder(folder)
    _clear(folder)
    place = os.path.join(folder, name)
    with temporary_folders.temporary_folder(folder, _PART) as part:
        try:
            extract(archive, part)
            _sync(part)
            if not os.path.isdir(place):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(place)
            os.rename(part, place)
        except OSError:
            if not os.path.isdir(place):  # Unless another call has created it.
                raise
    return place


def remove_older(folder: str, name: str) -> None:
    """Remove earlier versions next to ``name``, except for the newest ones."""
    others = [
        entry
        for entry in os.scandir(folder)
        if entry.is_dir(follow_symlinks=False)
        and not entry.name.startswith(_PART)
        and entry.name != name
    ]
    others.sort(key=lambda entry: entry.stat(follow_symlinks=False).st_mtime, reverse=True)
    for entry in others[OTHERS:]:
        shutil.rmtree(entry.path, ignore_errors=True)


def extract(archive: bytes, folder: str) -> None:
    """Extract an archive. Raise OSError."""
    with zipfile.ZipFile(io.BytesIO(archive)) as stream:
        stream.extractall(folder)


def put(folder: str, name: str, content: bytes) -> None:
    """Write a file into such a folder, in one step; a file of that name is replaced.

    Raise OSError, and PermissionError as above.
    """
    folder = make_folder(folder)
    _clear(folder)
    path = os.path.join(folder, name)
    if os.path.isdir(path):
        remove(path)
    with temporary_files.temporary(folder, _PART) as file:
        file.stream.write(content)
        file.rename(path)


def remove(path: str) -> None:
    """Remove a file or a folder as far as that is possible."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _sync(folder: str) -> None:
    """Write all files to the disk, so that none is empty after a power failure."""
    for path, _subfolders, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), "rb") as stream:
                os.fsync(stream.fileno())


def _clear(folder: str) -> None:
    """Remove the incomplete files of killed calls."""
    temporary_folders.clear(folder, _PART)
    temporary_files.clear(folder, _PART)
