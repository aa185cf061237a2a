# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's docker SDK, packed for targets that have none."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import io
import os
import zipfile
from dataclasses import dataclass
from importlib import metadata
from typing import Iterator, Mapping

from ..module_utils.engine.sdk import PACKAGES

#: Files for one Python version or one processor architecture; the packages work without them.
_NATIVE = (".so", ".pyd", ".pyc")
#: requests uses it only to guess encodings; the other packages are required.
_OPTIONAL = "charset_normalizer"


@dataclass(frozen=True)
class SdkArchive:
    """The files of the SDK. files: content by path, in the order of the paths."""

    files: Mapping[str, bytes]

    def offer(self) -> dict[str, str]:
        """Return the description of the archive that targets get: its digest and the versions in
        it.
        """
        return {"digest": self._digest(), "versions": ", ".join(_versions())}

    def packed(self) -> str:
        """Return the archive, as base64."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for path, content in self.files.items():
                archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
        return base64.b64encode(stream.getvalue()).decode()

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for path, content in self.files.items():
            digest.update(f"{path}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()[:32]


def controllers_sdk() -> SdkArchive | None:
    """Return the SDK that is installed here, or None."""
    files: dict[str, bytes] = {}
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            files.update(_files(os.path.dirname(spec.origin)))
        elif package != _OPTIONAL:
            return None
    return SdkArchive(dict(sorted(files.items())))


def _files(package: str) -> Iterator[tuple[str, bytes]]:
    """Yield each file of a package by its path from the folder above."""
    top = os.path.dirname(package)
    for folder, subfolders, names in os.walk(package):
        subfolders[:] = [name for name in subfolders if name != "__pycache__"]
        for name in names:
            if not name.endswith(_NATIVE):
                path = os.path.join(folder, name)
                with open(path, "rb") as stream:
                    yield os.path.relpath(path, top), stream.read()


def _versions() -> Iterator[str]:
    for package in PACKAGES[:3]:
        try:
            yield f"{package} {metadata.version(package)}"
        except metadata.PackageNotFoundError:
            yield package


def _offer() -> Mapping[str, str]:
    archive = controllers_sdk()
    return archive.offer() if archive else {}


#: The description of the controller's SDK for targets; empty if there is none. Computed once, when
#: Ansible loads its plugins, and not in each of its workers.
OFFER = _offer()
