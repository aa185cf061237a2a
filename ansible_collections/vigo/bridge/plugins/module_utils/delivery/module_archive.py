# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of modules that do not belong to this collection, with everything that they import.

An archive's name is derived from its content. The controller sends it once; the target adds the
bytecode for its Python, and stores it in a folder that only this user and root can write to. In
check mode, it is stored for this call only. It must be a file, because some modules restart
themselves with another Python.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import functools
import hashlib
import importlib.machinery
import importlib.util
import io
import marshal
import os
import sys
import tempfile
import time
import zipfile
import zipimport
from typing import Any, Iterable, Mapping

from ..common.dataclass import dataclass
from ..host import private_files
from .ansible_compat import import_what_modules_need
from .unpacking import OTHERS, put, remove

#: The key of a result that reports that the archive is missing. Nothing has been done then.
MISSING = "modules_missing"

#: The key of the modules of a call; see ``Target.service``.
LIBRARY = "modules"

_ENDING = ".zip"
#: Seconds without use after which an archive may be removed.
_UNUSED = 7 * 86400.0


@dataclass(frozen=True)
class Library:
    """The modules of a call.

    path: their archive. names: what Python imports, by the full name of each. told: the arguments
    that Ansible gives every module in addition to its options.
    """

    path: str
    names: Mapping[str, str]
    told: Mapping[str, Any]


def folder() -> str:
    """Return the path of the folder where this user's archives are kept."""
    return os.path.join(private_files.default_folder(), "module-archives")


def provide(offer: Mapping[str, Any], archive: str | None, keep: bool) -> str | None:
    """Return the archive's path; None if the controller has to send it first.

    offer, archive: see `called_module.MODULES`. keep: whether it stays on the target.

    Raise OSError.
    """
    prefix = f"{offer['digest']}-{sys.implementation.cache_tag}-"
    found = _kept(prefix)
    if found or archive is None:
        return found
    content = _with_bytecode(base64.b64decode(archive))
    name = f"{prefix}{hashlib.sha256(content).hexdigest()[:32]}{_ENDING}"
    if keep:
        with contextlib.suppress(OSError):
            put(folder(), name, content)
            _remove_older(name)
            return os.path.join(private_files.checked_folder(folder()), name)
    return _for_now(name, content)


@functools.lru_cache(maxsize=1)
def load(path: str) -> None:
    """Read the archive's list of files, and import what all modules need, so that no child has
    to.
    """
    zipimport.zipimporter(path)
    import_what_modules_need()


def use(path: str) -> None:
    """Make this process import further modules from the archive."""
    sys.path.insert(0, path)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("ansible", "ansible_collections"):
            places = getattr(module, "__path__", None)
            if places is not None:
                module.__path__ = [f"{path}/{name.replace('.', '/')}", *places]
    finder: Any = importlib.machinery.PathFinder
    sys.meta_path.insert(0, finder)


def _kept(prefix: str) -> str | None:
    """Return the path of a kept archive whose content matches its name."""
    try:
        place = private_files.checked_folder(folder())
        for name in sorted(os.listdir(place)):
            if name.startswith(prefix) and name.endswith(_ENDING):
                path = os.path.join(place, name)
                with os.fdopen(private_files.open_file(path), "rb") as stream:
                    digest = hashlib.sha256(stream.read()).hexdigest()[:32]
                if name == f"{prefix}{digest}{_ENDING}":
                    os.utime(path)
                    return path
    except OSError:
        pass
    return None


def _with_bytecode(archive: bytes) -> bytes:
    """Return the archive with the bytecode of each file beside it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as given, zipfile.ZipFile(target, "w") as both:
        for name in given.namelist():
            source = given.read(name)
            _write(both, name, source)
            if name.endswith(".py"):
                with contextlib.suppress(SyntaxError, ValueError):
                    code = compile(source, name, "exec", dont_inherit=True)
                    _write(both, f"{name}c", _pyc(code))
    return target.getvalue()


def _pyc(code: Any) -> bytes:
    """Return the content of a ``.pyc`` file that Python does not compare with a source."""
    unchecked = (1).to_bytes(4, "little")
    return importlib.util.MAGIC_NUMBER + unchecked + bytes(8) + marshal.dumps(code)


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED)


def _for_now(name: str, content: bytes) -> str:
    """Write the archive for this call only."""
    place = tempfile.mkdtemp(prefix="vigo-modules-")
    path = os.path.join(place, name)
    atexit.register(remove, place)
    with open(path, "wb") as stream:
        stream.write(content)
    return path


def _remove_older(name: str) -> None:
    """Remove what earlier stacks and versions left, except for the last ones."""
    with contextlib.suppress(OSError):
        others: Iterable[os.DirEntry[str]] = [
            entry
            for entry in os.scandir(folder())
            if entry.name != name and entry.name.endswith(_ENDING)
        ]
        newest = sorted(
            others, key=lambda entry: entry.stat(follow_symlinks=False).st_mtime, reverse=True
        )
        for entry in newest[OTHERS:]:
            # Other stacks on this machine have archives of their own, and may be using them.
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _UNUSED:
                remove(entry.path)
