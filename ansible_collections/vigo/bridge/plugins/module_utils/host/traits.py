# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traits: facts about a machine, under Vigo's names.

All are read from local files and the kernel. Only the full host name may query a name server.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import Any, Callable, Iterable, Mapping

from ..common.errors import ResourceError
from ..common.suggest import did_you_mean_or_one_of
from . import network as host_network
from .machine import read

#: The folder with the firmware's data about the machine.
_DMI = "/sys/class/dmi/id/"

#: Distributions and other names of families, and the family each belongs to.
_FAMILIES = {
    "ubuntu": "debian",
    "raspbian": "debian",
    "redhat": "rhel",
    "centos": "rhel",
    "fedora": "rhel",
    "amzn": "rhel",
    "ol": "rhel",
    "sles": "suse",
    "opensuse": "suse",
    "archlinux": "arch",
    "archarm": "arch",
}
_MAIN_FAMILIES = frozenset({"debian", "rhel", "suse", "arch", "alpine", "gentoo"})

#: The kernel's names of architectures, where they differ from those of container images.
_ARCHITECTURES = {
    "x86_64": "amd64",
    "aarch64": "arm64",
    "i386": "386",
    "i486": "386",
    "i586": "386",
    "i686": "386",
    "armv6l": "arm",
    "armv7l": "arm",
    "armv8l": "arm",
}

#: DMI field, what it contains (in lower case), provider.
_CLOUDS = (
    ("sys_vendor", "amazon ec2", "aws"),
    # Older instances, on Xen, have no other field with this name.
    ("bios_version", "amazon", "aws"),
    ("product_name", "google compute engine", "gcp"),
    # Microsoft's vendor name is also that of any Hyper-V host; only Azure has this tag.
    ("chassis_asset_tag", "7783-7084-3265-9085-8269-3286-77", "azure"),
    ("chassis_asset_tag", "oraclecloud.com", "oracle"),
    ("sys_vendor", "digitalocean", "digitalocean"),
    ("sys_vendor", "hetzner", "hetzner"),
    ("sys_vendor", "vultr", "vultr"),
    ("sys_vendor", "linode", "linode"),
    ("sys_vendor", "akamai", "linode"),
)


def collect(names: Iterable[str]) -> dict[str, Any]:
    """Return the named traits, nested: ``os.family`` gives ``{"os": {"family": "debian"}}``.

    A prefix such as ``os`` asks for all below it. Raise ResourceError for an unknown name.
    """
    return _nest({name: KNOWN[name]() for name in expand(names)})


def expand(names: Iterable[str]) -> list[str]:
    """Return the full names of the traits that names and prefixes select, in the table's order."""
    wanted = set(names)
    for name in sorted(wanted):
        require_known(name)
    return [
        known
        for known in KNOWN
        if known in wanted or any(known.startswith(name + ".") for name in wanted)
    ]


def require_known(name: str) -> None:
    """Raise ResourceError unless ``name`` is a trait or a prefix of some."""
    prefixes = {known.partition(".")[0] for known in KNOWN}
    if name in KNOWN or name in prefixes:
        return
    hint = did_you_mean_or_one_of(name, KNOWN)
    raise ResourceError(f"unknown trait {name[:64]!r}", hint)


def os_release(text: str) -> dict[str, str]:
    """Return the fields of /etc/os-release: shell assignments, quoted where needed."""
    fields = {}
    for line in text.split("\n"):
        name, equals, value = line.strip().partition("=")
        if not equals or name.startswith("#"):
            continue
        try:
            fields[name] = "".join(shlex.split(value))
        except ValueError:
            fields[name] = value.strip("'\"")
    return fields


def os_family(fields: Mapping[str, str]) -> str:
    """Return the family by ID, then by ID_LIKE; an unrelated distribution is a family of its
    own.
    """
    own = os_distro(fields)
    for name in [own, *fields.get("ID_LIKE", "").lower().split()]:
        if family(name) in _MAIN_FAMILIES:
            return family(name)
    return own


def os_distro(fields: Mapping[str, str]) -> str:
    return fields.get("ID", "").lower()


def os_version(fields: Mapping[str, str]) -> str:
    """Return the version, or an empty text: rolling distributions have none."""
    return fields.get("VERSION_ID", "")


def family(name: str) -> str:
    """Return the canonical name of a family with several names, such as ``redhat`` and ``rhel``."""
    return _FAMILIES.get(name, name)


def architecture(machine: str) -> str:
    """Return the usual name: ``x86_64`` is ``amd64``; unknown ones keep the kernel's name."""
    return _ARCHITECTURES.get(machine, machine)


def memory_mb(meminfo: str) -> int:
    """Return the total memory, from the text of /proc/meminfo; 0 if it is not given."""
    match = re.search(r"^MemTotal:\s*(\d+) kB", meminfo, re.MULTILINE)
    return int(match.group(1)) // 1024 if match else 0


def cloud_provider(dmi: Callable[[str], str]) -> str:
    """Return the provider by DMI, or an empty text.

    ``dmi`` returns a field's text, or an empty one.
    """
    for field, mark, provider in _CLOUDS:
        if mark in dmi(field).lower():
            return provider
    return ""


def _nest(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        group, _dot, key = name.partition(".")
        nested.setdefault(group, {})[key] = value
    return nested


def _os_release() -> dict[str, str]:
    return os_release(read("/etc/os-release") or read("/usr/lib/os-release"))


#: Every trait, and the function that returns it.
KNOWN: Mapping[str, Callable[[], Any]] = {
    "os.family": lambda: os_family(_os_release()),
    "os.distro": lambda: os_distro(_os_release()),
    "os.version": lambda: os_version(_os_release()),
    "os.kernel": lambda: os.uname().release,
    "os.arch": lambda: architecture(os.uname().machine),
    "network.hostname": host_network.hostname,
    "network.fqdn": host_network.fqdn,
    "network.ip_addresses": host_network.ip_addresses,
    "hardware.cpu_count": lambda: os.cpu_count() or 1,
    "hardware.memory_mb": lambda: memory_mb(read("/proc/meminfo")),
    "cloud.provider": lambda: cloud_provider(lambda field: read(_DMI + field)),
}
