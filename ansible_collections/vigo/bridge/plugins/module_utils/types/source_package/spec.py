# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses attributes into a frozen spec: which archive is unpacked to which folder."""

from __future__ import annotations

import os
import re
from typing import Any, Mapping

from ...common.dataclass import dataclass, replace
from ...common.errors import Problems, ResourceError
from ...common.switches import is_absent
from ...host.home_folder import expanded
from ..ansible_module.system_folders import is_system_folder
from ..exec.spec import ExecSpec
from ..exec.spec import parse as parse_command
from ..fetched.fetching import checksum, location
from ..file.spec import is_path

#: The file beside the folder that names the version in the folder.
MARKER = ".vigo-version"
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Package:
    """path: the folder. url: keeps its references to secrets; empty if it is absent.

    binary: the path of a file below the folder; empty for none. sha256: of this file. version: the
        content of the marker. unless: a command; if it succeeds, nothing is changed; None for none.
    """

    path: str
    url: str
    is_absent: bool
    binary: str
    sha256: str
    version: str
    unless: ExecSpec | None

    @property
    def marker(self) -> str:
        return f"{self.path}{MARKER}"

    @property
    def binary_path(self) -> str:
        return os.path.join(self.path, self.binary)


def parse(attributes: Mapping[str, Any]) -> Package:
    """Return the spec. Raise ResourceError for invalid attributes."""
    given = {name: value for name, value in attributes.items() if value not in (None, "")}
    problems = Problems()
    path = problems.of("target_path", _path, str(given.get("target_path", "")))
    absent = problems.of("state", is_absent, str(given.get("state", "present")))
    url = "" if absent else problems.of("url", location, given.get("url"), "url")
    binary = sha256 = ""
    if path:
        binary = problems.of("binary_path", _binary, str(given.get("binary_path", "")), path)
    sha256 = problems.of("sha256", checksum, given.get("sha256"))
    if sha256 and "binary_path" not in given:
        problems.add(
            ResourceError(
                "sha256 is the checksum of binary_path, which is missing",
                "add binary_path",
                place=("sha256",),
            )
        )
    version = problems.of("version", _version, str(given.get("version", "")))
    unless = None
    if given.get("unless"):
        command = {"command": "true", "unless": given["unless"]}
        unless = problems.of("unless", parse_command, command)
    if path and absent and is_system_folder(path):
        problems.add(
            ResourceError(
                f"target_path: {path!r} with state absent would remove a system folder",
                "write the path of a folder in it",
                place=("target_path",),
            )
        )
    problems.refuse()
    return Package(path, url, bool(absent), binary, sha256, version or url, unless)


def on_this_machine(spec: Package) -> Package:
    """Return the spec with the home folders of this machine. Raise ResourceError."""
    return replace(spec, path=os.path.normpath(expanded(spec.path, "target_path")))


def _path(path: str) -> str:
    if not is_path(path):
        raise ResourceError(
            f"target_path: {path!r} is not absolute", "write it with a leading / or ~/"
        )
    if ".." in path.split("/"):
        raise ResourceError(f"target_path: {path!r} contains '..'", "write the path without it")
    path = os.path.normpath(path)
    if path.strip("/") == "" or path == "~":
        raise ResourceError(
            f"target_path: {path!r} cannot be the target", "write the path of a folder in it"
        )
    return f"/{path.lstrip('/')}" if path.startswith("/") else path


def _binary(written: str, folder: str) -> str:
    """Return the path below the folder; empty if none is set."""
    if not written:
        return ""
    inner = written
    if is_path(written):
        inner = os.path.relpath(os.path.normpath(written), folder)
    parts = inner.split("/")
    if ".." in parts or not os.path.normpath(inner).strip("./"):
        raise ResourceError(
            f"binary_path: {written!r} is not below target_path",
            "write the path of a file in target_path",
        )
    return os.path.normpath(inner)


def _version(version: str) -> str:
    if _UNPRINTABLE.search(version) or version != version.strip():
        raise ResourceError(
            f"version: invalid version {version!r}", "write it in one line, without blanks around"
        )
    return version
