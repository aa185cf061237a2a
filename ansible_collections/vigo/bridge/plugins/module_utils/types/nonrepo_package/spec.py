# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses the attributes of a package from a single file into a frozen spec."""

from __future__ import annotations

import re
from typing import Any, Mapping

from ...common.dataclass import dataclass
from ...common.errors import Problems, ResourceError
from ...common.switches import is_absent, is_on
from ..fetched.fetching import checksum, location
from ..managed.modules import PACKAGE_FILES
from ..managed.package import lock_steps, unlock_steps
from ..managed.plan import Step

_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9+._-]*", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.~:^_-]*", re.ASCII)
#: By manager: the name of each of our options in its module.
_DOWNGRADE = {
    "apt": "allow_downgrade",
    "dnf": "allow_downgrade",
    "dnf5": "allow_downgrade",
    "zypper": "oldpackage",
}
#: Managers that refuse files without a known signature.
_CHECK_SIGNATURES = ("dnf", "dnf5", "zypper")


@dataclass(frozen=True)
class PackageFile:
    """url: keeps its references to secrets. version, sha256: empty for any."""

    name: str
    url: str
    is_absent: bool
    version: str
    sha256: str
    allows_downgrade: bool
    locks: bool

    def removal(self, manager: str) -> Step:
        """Return the step that removes the package, also if this resource has locked it."""
        args: dict[str, Any] = {"name": [self.name], "state": "absent"}
        if self.locks and manager == "apt":
            args["allow_change_held_packages"] = True
        return Step(PACKAGE_FILES[manager], args)

    def installation(self, manager: str, path: str) -> Step:
        """Return the step that installs the file at a path."""
        args: dict[str, Any]
        args = {"deb": path} if manager == "apt" else {"name": [path], "state": "present"}
        if self.allows_downgrade:
            args[_DOWNGRADE[manager]] = True
        if self.sha256 and manager in _CHECK_SIGNATURES:
            args["disable_gpg_check"] = True  # The checksum replaces the check of the signature.
        return Step(PACKAGE_FILES[manager], args)

    def lock_steps(self, manager: str) -> tuple[Step, ...]:
        """Return the steps that lock or unlock its version. Raise ResourceError."""
        if not self.locks:
            return ()
        change = unlock_steps if self.is_absent else lock_steps
        return change(manager, (self.name,))

    def steps(self, manager: str) -> tuple[Step, ...]:
        """Return all steps that may be needed. Raise ResourceError if a manager does not support
        one.
        """
        if manager not in PACKAGE_FILES:
            raise ResourceError(
                f"nonrepo_package is not supported with {manager}",
                'remove it for such hosts, for example with case: "{{ .Traits.os.family }}"',
            )
        if self.is_absent:
            return (self.removal(manager), *self.lock_steps(manager))
        return (self.installation(manager, ""), *self.lock_steps(manager))


def parse(attributes: Mapping[str, Any]) -> PackageFile:
    """Return the spec. Raise ResourceError for invalid attributes."""
    given = {name: value for name, value in attributes.items() if value not in (None, "")}
    problems = Problems()
    name = problems.of("package", _name, str(given.get("package", "")))
    absent = problems.of("state", is_absent, str(given.get("state", "present")))
    url = "" if absent else problems.of("url", location, given.get("url"), "url")
    spec = PackageFile(
        name=name,
        url=url,
        is_absent=bool(absent),
        version=problems.of("version", _version, str(given.get("version", ""))),
        sha256=problems.of("sha256", checksum, given.get("sha256")),
        allows_downgrade=problems.of(
            "allow_downgrade", is_on, given.get("allow_downgrade"), "allow_downgrade"
        ),
        locks=problems.of("lock_version", is_on, given.get("lock_version"), "lock_version"),
    )
    problems.refuse()
    return spec


def _name(name: str) -> str:
    if not name:
        raise ResourceError("package is missing or empty", "add the name of the package")
    if not _NAME.fullmatch(name):
        raise ResourceError(
            f"package: invalid name {name!r}", "write the name that the package has in the file"
        )
    return name


def _version(version: str) -> str:
    if version and not _VERSION.fullmatch(version):
        raise ResourceError(f"version: invalid version {version!r}", "write it without blanks")
    return version
