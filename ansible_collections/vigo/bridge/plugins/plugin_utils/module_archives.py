# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of modules with all that they import, for targets.

It takes about a second to find out what modules import. So archives are kept on the controller, in
a folder that only this user can write to, until a file changes that may be in one. One of Ansible's
workers builds an archive, and the others wait for it.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import io
import json
import os
import sys
import zipfile
from dataclasses import dataclass
from typing import Iterator, Mapping, Sequence

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.release import __version__

from ..module_utils.delivery.unpacking import put, remove
from ..module_utils.host import private_files
from .ansible_compat import add_imports
from .foreign_modules import ForeignModule, Refused, module_for_choice, module_named

_FOLDER = "built-archives"
_COLLECTIONS = "ansible_collections"
#: How many archives are kept: those that were used last. Each set of modules has its own archive.
_MOST = 64


@dataclass(frozen=True)
class ModuleArchive:
    """names: what Python imports, by the full name of each module."""

    names: Mapping[str, str]
    content: bytes

    def offer(self) -> dict[str, object]:
        """Return the description of the archive that targets get."""
        digest = hashlib.sha256(self.content).hexdigest()[:32]
        return {"digest": digest, "modules": dict(self.names)}

    def packed(self) -> str:
        """Return the archive, as base64."""
        return base64.b64encode(self.content).decode()


def archive_of(names: Sequence[str], candidates: Sequence[str] = ()) -> ModuleArchive:
    """Return the archive of modules, by their full names. Raise AnsibleActionFail.

    candidates: those that are left out where they are not installed.
    """
    modules, refusals = [], []
    for name in candidates:
        chosen = module_for_choice(name)
        if chosen is not None and name not in names:
            modules.append(chosen)
    for name in names:
        try:
            modules.append(module_named(name))
        except Refused as error:
            refusals.append(str(error))
    if refusals:
        raise AnsibleActionFail("\n".join(refusals))
    try:
        content = _kept(modules) or _built_once(modules)
    except (AnsibleError, OSError, SyntaxError) as error:
        raise AnsibleActionFail(f"the modules of resources cannot be packed: {error}") from error
    return ModuleArchive({module.name: module.imported for module in modules}, content)


def _built_once(modules: Sequence[ForeignModule]) -> bytes:
    """Return the archive that another process has built meanwhile, or build it."""
    with _alone():
        return _kept(modules) or _built(modules)


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other process of this user builds an archive, if the folder can be locked."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            folder = os.open(private_files.make_folder(_folder()), os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield


def _built(modules: Sequence[ForeignModule]) -> bytes:
    stream = io.BytesIO()
    sources: dict[str, bytes] = {}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for module in modules:
            with open(module.path, "rb") as file:
                sources[f"{module.imported.replace('.', '/')}.py"] = file.read()
        for module in modules:
            _add_imports(module, sources)
        for name, source in sorted(_with_packages(sources).items()):
            archive.writestr(zipfile.ZipInfo(name), source, zipfile.ZIP_DEFLATED)
    content = stream.getvalue()
    _keep(modules, sources, content)
    return content


def _add_imports(module: ForeignModule, files: dict[str, bytes]) -> None:
    """Add what a module imports to the files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as found:
        source = files[f"{module.imported.replace('.', '/')}.py"].decode("utf-8")
        add_imports(found, module.imported, source)
        for name in found.namelist():
            files.setdefault(name, found.read(name))


def _with_packages(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files, and one for each package that has none."""
    full = dict(files)
    for name in files:
        folder = os.path.dirname(name)
        while folder:
            full.setdefault(f"{folder}/__init__.py", b"")
            folder = os.path.dirname(folder)
    return full


def _kept(modules: Sequence[ForeignModule]) -> bytes | None:
    """Return the archive that was built before, unless something has changed since."""
    try:
        folder = private_files.checked_folder(_folder())
        with os.fdopen(private_files.open_file(os.path.join(folder, _name(modules))), "rb") as file:
            head = json.loads(file.readline())
            content = file.read()
            is_whole = head["digest"] == hashlib.sha256(content).hexdigest()
            if not is_whole or head["stamp"] != _stamp(head["roots"]):
                return None
            os.utime(file.fileno())
        return content
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(modules: Sequence[ForeignModule], files: Mapping[str, bytes], content: bytes) -> None:
    roots = sorted(set(_roots(files)))
    digest = hashlib.sha256(content).hexdigest()
    head = json.dumps({"digest": digest, "roots": roots, "stamp": _stamp(roots)}).encode()
    with contextlib.suppress(OSError):
        put(_folder(), _name(modules), head + b"\n" + content)
        _remove_older()


def _folder() -> str:
    return os.path.join(private_files.default_folder(), _FOLDER)


def _name(modules: Sequence[ForeignModule]) -> str:
    about = [__version__, [(each.name, each.path, _times(each.path)) for each in modules]]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]


def _roots(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the folders of the ``module_utils`` of Ansible and of collections that are in an
    archive.
    """
    for name in files:
        parts = name.split("/")
        package = ".".join(parts[:3])
        if parts[0] == _COLLECTIONS and package in sys.modules:
            yield from (f"{place}/plugins/module_utils" for place in sys.modules[package].__path__)
    yield from sys.modules["ansible.module_utils"].__path__


def _stamp(roots: Sequence[str]) -> str:
    """Return a text that changes when a file below these folders does."""
    found = [
        (path, _times(os.path.join(path, name)))
        for root in roots
        for path, _folders, names in sorted(os.walk(root))
        for name in sorted(names)
        if name.endswith(".py")
    ]
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()


def _times(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_mtime_ns, status.st_size


def _remove_older() -> None:
    """Remove all archives but those that were used last."""
    entries = sorted(os.scandir(_folder()), key=lambda entry: entry.stat().st_mtime, reverse=True)
    for entry in entries[_MOST:]:
        remove(entry.path)
