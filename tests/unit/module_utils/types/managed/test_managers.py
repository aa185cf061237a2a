# SPDX-License-Identifier: GPL-3.0-or-later
"""Which managers machines have, by their files."""

from __future__ import annotations

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.managed.managers import (
    Machine,
    package_manager,
    service_manager,
    this_machine,
)

#: family of the distribution, files (a link with what it leads to) -> package manager
PACKAGES: dict[str, tuple[str, dict[str, str], str]] = {
    "Debian": ("debian", {"/usr/bin/apt-get": ""}, "apt"),
    "Debian with foreign tools": (
        "debian",
        {"/usr/bin/apt-get": "", "/usr/bin/dnf": "", "/usr/bin/zypper": "", "/sbin/apk": ""},
        "apt",
    ),
    "RHEL 9": ("rhel", {"/usr/bin/dnf": "/usr/bin/dnf-3", "/usr/bin/dnf-3": ""}, "dnf"),
    "RHEL with apt": ("rhel", {"/usr/bin/dnf": "", "/usr/bin/apt-get": ""}, "dnf"),
    "Fedora 41": ("rhel", {"/usr/bin/dnf": "/usr/bin/dnf5", "/usr/bin/dnf5": ""}, "dnf5"),
    "Fedora 41 with dnf 4": (
        "rhel",
        {"/usr/bin/dnf": "/usr/bin/dnf5", "/usr/bin/dnf5": "", "/usr/bin/dnf-3": ""},
        "dnf5",
    ),
    "Fedora 40 with dnf 5": (
        "rhel",
        {"/usr/bin/dnf": "/usr/bin/dnf-3", "/usr/bin/dnf5": "", "/usr/bin/dnf-3": ""},
        "dnf",
    ),
    "dnf 5 alone": ("rhel", {"/usr/bin/dnf5": ""}, "dnf5"),
    "SUSE": ("suse", {"/usr/bin/zypper": ""}, "zypper"),
    "SUSE with dnf": ("suse", {"/usr/bin/zypper": "", "/usr/bin/dnf": ""}, "zypper"),
    "Arch": ("arch", {"/usr/bin/pacman": ""}, "pacman"),
    "Alpine": ("alpine", {"/sbin/apk": ""}, "apk"),
    "unknown, with apt": ("mydistro", {"/usr/bin/apt-get": ""}, "apt"),
    "no release file": ("", {"/usr/bin/pacman": ""}, "pacman"),
}

#: files -> service manager
SERVICES: dict[str, tuple[tuple[str, ...], str]] = {
    "systemd": (("/run/systemd/system", "/etc/init.d"), "systemd"),
    "systemd is installed, and does not run": (("/etc/init.d", "/bin/systemctl"), "sysvinit"),
    "OpenRC": (("/run/openrc", "/etc/init.d"), "openrc"),
    "OpenRC in a container": (("/sbin/openrc-run", "/etc/init.d"), "openrc"),
    "none": ((), "other"),
}


@pytest.mark.parametrize(("family", "files", "manager"), PACKAGES.values(), ids=PACKAGES)
def test_package_managers(family: str, files: dict[str, str], manager: str) -> None:
    machine = Machine(family, lambda path: path in files, lambda path: files.get(path) or path)
    assert package_manager(machine) == manager


def test_no_package_manager() -> None:
    with pytest.raises(ResourceError, match="no supported package manager found on this host"):
        package_manager(Machine("debian", lambda path: False, lambda path: path))


@pytest.mark.parametrize(("files", "manager"), SERVICES.values(), ids=SERVICES)
def test_service_managers(files: tuple[str, ...], manager: str) -> None:
    machine = Machine("debian", lambda path: path in files, lambda path: path)
    assert service_manager(machine) == manager


def test_this_machine() -> None:
    assert package_manager(this_machine())
    assert service_manager(this_machine())
