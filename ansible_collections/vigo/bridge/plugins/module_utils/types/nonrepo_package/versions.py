# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds out which version of a package is installed, or is in a file."""

from __future__ import annotations

from typing import NamedTuple

from ...common.errors import ResourceError
from ...host import process
from ..descriptor import TIME_LIMIT
from ..target import Target

_RPM_VERSION = "%{EPOCHNUM}:%{VERSION}-%{RELEASE}"
_DEB_QUERY = ("dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Version}\\n")
_RPM_QUERY = ("rpm", "--query", "--queryformat", f"{_RPM_VERSION}\\n")
_DEB_FILE = ("dpkg-deb", "--show", "--showformat", "${Package} ${Version}")
_RPM_FILE = ("rpm", "--query", "--nosignature", "--queryformat", f"%{{NAME}} {_RPM_VERSION}")


class Content(NamedTuple):
    """The name and the version of a package."""

    name: str
    version: str


def installed(manager: str, name: str, target: Target) -> str:
    """Return the version that is installed; empty for none. Raise ResourceError."""
    if manager == "apt":
        for line in _lines((*_DEB_QUERY, name), target):
            status, _blank, version = line.partition(" ")
            if status == "installed":
                return version
        return ""
    return next(iter(_lines((*_RPM_QUERY, name), target)[::-1]), "")


def in_file(manager: str, path: str, target: Target) -> Content:
    """Return the package in a file. Raise ResourceError if it is not a package."""
    command = (*_DEB_FILE, path) if manager == "apt" else (*_RPM_FILE, "--package", path)
    finished = _run(command, target)
    name, blank, version = finished.stdout.strip().partition(" ")
    if finished.rc != 0 or not blank:
        raise ResourceError(
            "url: the file is not a package for this host's package manager",
            "correct url",
            log=finished.stderr,
        )
    return Content(name, version)


def is_version(manager: str, written: str, found: str) -> bool:
    """Return whether a written version matches the one that was found. Pure.

    A version for RPM may omit its epoch and its release.
    """
    if manager == "apt" or not found:
        return written == found
    epoch, _colon, rest = found.partition(":")
    version = rest.rpartition("-")[0]
    return written in (found, rest, version, f"{epoch}:{version}")


def is_older(manager: str, version: str, than: str, target: Target) -> bool:
    """Return whether a version is certainly older. Always False for RPM, whose managers check it
    themselves.
    """
    if manager != "apt" or not than:
        return False
    command = ("dpkg", "--compare-versions", version, "lt", than)
    return _run(command, target).rc == 0


def _lines(command: tuple[str, ...], target: Target) -> list[str]:
    finished = _run(command, target)
    lines = finished.stdout.split("\n") if finished.rc == 0 else []
    return [line for line in lines if line]


def _run(command: tuple[str, ...], target: Target) -> process.Finished:
    return process.run(
        command,
        timeout=TIME_LIMIT,
        secrets=target.secrets,
        environment={"LC_ALL": "C"},
        separate=True,
    )
