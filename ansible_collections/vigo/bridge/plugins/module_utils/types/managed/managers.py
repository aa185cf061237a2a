# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which package manager and which service manager a machine has."""

from __future__ import annotations

import os
from typing import Callable

from ...common.dataclass import dataclass
from ...common.errors import ResourceError
from ...host import traits

#: Package managers, and the programs by which they are known.
_PACKAGE_PROGRAMS = {
    "dnf5": ("/usr/bin/dnf5",),
    "dnf": ("/usr/bin/dnf-3", "/usr/bin/dnf4", "/usr/bin/dnf"),
    "zypper": ("/usr/bin/zypper",),
    "pacman": ("/usr/bin/pacman",),
    "apk": ("/sbin/apk", "/usr/bin/apk", "/usr/sbin/apk"),
    "apt": ("/usr/bin/apt-get",),
}
#: By family of distributions: the package managers to prefer on a machine with several.
_OF_FAMILY = {
    "debian": ("apt",),
    "rhel": ("dnf5", "dnf"),
    "suse": ("zypper",),
    "arch": ("pacman",),
    "alpine": ("apk",),
}
#: The folder that exists if systemd is the init system.
_SYSTEMD = ("/run/systemd/system", "/dev/.run/systemd", "/dev/.systemd")
_OPENRC = ("/run/openrc", "/sbin/openrc-run")


@dataclass(frozen=True)
class Machine:
    """Access to what is read from a machine. real: resolves the links of a path."""

    family: str
    exists: Callable[[str], bool]
    real: Callable[[str], str]


def this_machine() -> Machine:
    return Machine(str(traits.KNOWN["os.family"]()), os.path.exists, os.path.realpath)


def package_manager(machine: Machine) -> str:
    """Return the name of the package manager. Raise ResourceError if none is known."""
    found = [
        name
        for name, programs in _PACKAGE_PROGRAMS.items()
        if any(machine.exists(path) for path in programs)
    ]
    if machine.real("/usr/bin/dnf").endswith("/dnf5"):
        found = [name for name in found if name != "dnf"]
    elif "dnf" in found:
        # Where both are installed, the plain command says which one the system uses.
        found = [name for name in found if name != "dnf5"]
    usual = [name for name in found if name in _OF_FAMILY.get(machine.family, ())]
    if not found:
        known = ", ".join(_PACKAGE_PROGRAMS)
        raise ResourceError(f"no supported package manager found on this host (supported: {known})")
    return (usual or found)[0]


def service_manager(machine: Machine) -> str:
    """Return systemd, openrc, sysvinit or, if none of these is there, other."""
    if any(map(machine.exists, _SYSTEMD)):
        return "systemd"
    if any(map(machine.exists, _OPENRC)):
        return "openrc"
    return "sysvinit" if machine.exists("/etc/init.d") else "other"
