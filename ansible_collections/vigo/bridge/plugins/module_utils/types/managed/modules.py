# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of Ansible for each manager of packages and of services."""

from __future__ import annotations

from typing import Mapping

PACKAGES: Mapping[str, str] = {
    "apt": "ansible.builtin.apt",
    "dnf": "ansible.builtin.dnf",
    "dnf5": "ansible.builtin.dnf5",
    "zypper": "community.general.zypper",
    "apk": "community.general.apk",
    "pacman": "community.general.pacman",
}
#: Those of them that install a package from a file.
PACKAGE_FILES: Mapping[str, str] = {
    manager: PACKAGES[manager] for manager in ("apt", "dnf", "dnf5", "zypper")
}
#: The modules that keep packages at their versions.
HOLD, VERSION_LOCK = "ansible.builtin.dpkg_selections", "community.general.dnf_versionlock"

_GENERAL = "ansible.builtin.service"
SERVICES: Mapping[str, str] = {
    "systemd": "ansible.builtin.systemd_service",
    "sysvinit": "ansible.builtin.sysvinit",
    "openrc": _GENERAL,
    "other": _GENERAL,
}
#: States of services that are actions: something is done each time.
ALWAYS = ("restarted", "reloaded")
#: Where package managers keep what is installed.
DATABASES = (
    *("/lib/apk/db", "/usr/lib/sysimage/rpm", "/var/lib/dpkg", "/var/lib/pacman/local"),
    "/var/lib/rpm",
)
#: Where service managers keep which services there are, and which run.
UNITS = ("/etc/init.d", "/etc/rc.d", "/etc/runlevels", "/etc/systemd", "/run", "/usr/lib/systemd")
