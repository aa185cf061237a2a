# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module that is stored on its target, so that later calls do not send it again.

The name of a file depends on the module's content. The file has the version of the bytecode, a
checksum, and all files that the module may need: the bytecode of those that were imported so far,
and the text of the others. The checksum is for damage only, because nobody else can write the file.
It is written in one step, and a call reads all of it when it starts, so that it can be replaced at
any time.
"""

from __future__ import annotations

import contextlib
import importlib.util
import marshal
import os
import zlib

from ..host import private_files

_ENDING = ".code"


def folder() -> str:
    """Return the path of the folder where this user's modules are kept."""
    return os.path.join(private_files.default_folder(), "modules")


def read(name: str) -> dict[str, bytes | str]:
    """Return the kept files: bytecode or Python's text, by path.

    Raise OSError if another user could have written it, and ValueError if it is damaged or
    was compiled for another Python.
    """
    path = os.path.join(private_files.checked_folder(folder()), name + _ENDING)
    with os.fdopen(private_files.open_file(path), "rb") as stream:
        kept = stream.read()
    size = len(_seal(b""))
    if kept[:size] != _seal(kept[size:]):
        raise ValueError(f"{path} is damaged, or was written for another Python version")
    files: dict[str, bytes | str] = marshal.loads(kept[size:])
    return files


def keep(name: str, files: dict[str, bytes | str]) -> None:
    """Keep a module. If that fails, the whole module is sent with each call.

    name: ``MODULE-CONTENT``. files: bytecode or Python's text, by path.
    """
    from .unpacking import put  # slow to load, and only for calls that compile something

    content = marshal.dumps(files)
    with contextlib.suppress(OSError):
        put(folder(), name + _ENDING, _seal(content) + content)
        _remove_older(name)


def _seal(content: bytes) -> bytes:
    return importlib.util.MAGIC_NUMBER + zlib.crc32(content).to_bytes(4, "big")


def _remove_older(name: str) -> None:
    """Remove what earlier versions left, except for the last ones."""
    from .unpacking import OTHERS, remove

    module = name.partition("-")[0]
    times: dict[str, float] = {}
    for entry in os.scandir(folder()):
        version = entry.name.partition(".")[0]
        if version.startswith(f"{module}-") and version != name:
            times[version] = max(
                times.get(version, 0.0), entry.stat(follow_symlinks=False).st_mtime
            )
    old = sorted(times, key=times.__getitem__, reverse=True)[OTHERS:]
    for entry in os.scandir(folder()):
        if entry.name.partition(".")[0] in old:
            remove(entry.path)
