# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices of the host in a container: by path, or by a CDI name such as ``nvidia.com/gpu=all``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Iterable, Iterator, Mapping

from ....common.comma_strings import each
from ....common.errors import ResourceError
from ....engine.versions import as_text
from ..setting import Needs, Version
from . import paths

if TYPE_CHECKING:
    from ..setting import Pair

#: The driver of a device request for CDI names.
DRIVER = "cdi"
#: The oldest version whose Docker API was seen to know CDI names.
_PODMAN_WITH_CDI = (5, 4)
_CDI = re.compile(
    r"[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?/[A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9])?"
    r"=[A-Za-z0-9](?:[A-Za-z0-9_.:-]*[A-Za-z0-9])?"
)
_NUMBER = r"(?:\d{1,10}|\*)"
#: The kind of device, its major and minor numbers, and the access.
_RULE = re.compile(rf"[abc] {_NUMBER}:{_NUMBER} (?!.*([rwm]).*\1)[rwm]{{1,3}}")


def is_cdi(device: str) -> bool:
    """Return whether it is a name of the Container Device Interface, ``VENDOR/CLASS=NAME``."""
    return bool(_CDI.fullmatch(device))


def cgroup_rules(value: Any, attribute: str) -> tuple[str, ...]:
    """Return rules for devices as the kernel has them: ``c 189:* rwm``."""
    return tuple(sorted(set(each(value, _cgroup_rule))))


def _cgroup_rule(entry: str) -> str:
    words = entry.split()
    if not _RULE.fullmatch(" ".join(words)):
        raise ResourceError(
            f"device_cgroup_rules: invalid rule {entry!r}",
            "write TYPE MAJOR:MINOR ACCESS, such as c 189:* rwm",
        )
    return " ".join(words)


def refuse_rules_on_podman(rules: Iterable[str]) -> None:
    """Raise ResourceError, because Podman's Docker API ignores them."""
    raise ResourceError(
        "device_cgroup_rules is not supported by Podman's Docker API, which ignores it",
        "list the devices in devices",
    )


def rules_form(rules: Iterable[str]) -> dict[str, bool]:
    """Return rules as a set; the order of the letters of access has no meaning."""
    found = {}
    for rule in rules:
        kind, numbers, access = (*rule.split(), "", "", "")[:3]
        found[f"{kind} {numbers} {''.join(sorted(access))}"] = True
    return found


def parse(value: Any, attribute: str) -> tuple[str, ...]:
    """Return devices as ``HOST:CONTAINER:PERMISSIONS`` or CDI names. Raise ResourceError."""
    found: dict[str, str] = {}

    def add(entry: str) -> None:
        if is_cdi(entry):
            found[entry] = entry
            return
        host, inner, access = _parts(entry, attribute)
        device, target = f"{host}:{inner}:{access}", paths.clean(inner)
        if found.setdefault(target, device) != device:
            raise ResourceError(f"{attribute}: duplicate entry for {target}", "keep one of them")

    each(value, add)
    return tuple(sorted(found.values()))


def _parts(entry: str, attribute: str) -> tuple[str, str, str]:
    host, *rest = entry.split(":")
    inner = rest.pop(0) if rest and rest[0].startswith("/") else host
    access = rest.pop(0) if rest else "rwm"
    if not host.startswith("/") or rest or not access or not set(access) <= set("rwm"):
        raise ResourceError(
            f"{attribute}: invalid device {entry!r}: expected HOST[:CONTAINER[:rwm]], or a CDI name"
            " VENDOR/CLASS=NAME"
        )
    return host, inner, access


def send(devices: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the devices with paths for the create call."""
    return [
        {"PathOnHost": host, "PathInContainer": inner, "CgroupPermissions": access}
        for host, inner, access in (device.split(":") for device in devices if not is_cdi(device))
    ]


def read(host: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the devices of an inspect payload's ``HostConfig``."""
    return tuple(sorted({*_by_path(host or {}), *_by_name(host or {})}))


def _by_path(host: Mapping[str, Any]) -> Iterator[str]:
    for device in host.get("Devices") or ():
        path = device["PathOnHost"]
        if is_cdi(path):
            yield path
        else:
            inner = device.get("PathInContainer") or path
            yield f"{path}:{inner}:{device.get('CgroupPermissions') or ''}"


def _by_name(host: Mapping[str, Any]) -> Iterator[str]:
    for request in host.get("DeviceRequests") or ():
        if request.get("Driver") == DRIVER:
            yield from request.get("DeviceIDs") or ()


def form(devices: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return paths on the host and permissions, by the paths in the container."""
    found = {}
    for device in devices:
        if is_cdi(device):
            found[device] = (device, "")
            continue
        host, inner, access = [*device.split(":"), "", ""][:3]
        found[paths.clean(inner or host)] = (paths.clean(host), "".join(sorted(access)))
    return found


def same(pair: Pair) -> bool | None:
    """Return whether it is the wanted device. Podman reports no permissions and no CDI names."""
    (wanted,) = pair.expected
    if pair.podman and is_cdi((wanted or pair.actual or pair.before)[0]):
        return None
    if wanted is None or pair.actual is None:
        return wanted is pair.actual
    (host, access), (actual_host, actual_access) = wanted, pair.actual
    if is_cdi(host):
        return bool(host == actual_host)
    same = host == actual_host and actual_access in ("", access)
    return None if same and not actual_access else same


def needs(devices: Iterable[str], podman: Version | None) -> Iterator[Needs]:
    """Yield the version of Docker's API that CDI names need.

    Raise ResourceError for a Podman that would ignore them.
    """
    names = [device for device in devices if is_cdi(device)]
    if names and podman is None:
        yield Needs((1, 44), "Docker 25", what="devices: a CDI name")
    elif names and podman is not None and podman < _PODMAN_WITH_CDI:
        raise ResourceError(
            f"devices: CDI name {names[0]}: needs Podman 5.4 or newer; this one has"
            f" {as_text(podman)}, whose Docker API ignores it",
            "write the path of the device in /dev",
        )
