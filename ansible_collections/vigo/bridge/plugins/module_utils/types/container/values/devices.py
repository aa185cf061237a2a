# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices of the host in a container."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Iterable

from ....common.comma_strings import each
from ....common.errors import ResourceError
from . import paths

if TYPE_CHECKING:
    from ..setting import Pair

_NUMBER = r"(?:\d{1,10}|\*)"
#: The kind of device, its major and minor numbers, and the access.
_RULE = re.compile(rf"[abc] {_NUMBER}:{_NUMBER} (?!.*([rwm]).*\1)[rwm]{{1,3}}")


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
        place=("device_cgroup_rules",),
    )


def rules_form(rules: Iterable[str]) -> dict[str, bool]:
    """Return rules as a set; the order of the letters of access has no meaning."""
    found = {}
    for rule in rules:
        kind, numbers, access = (*rule.split(), "", "", "")[:3]
        found[f"{kind} {numbers} {''.join(sorted(access))}"] = True
    return found


def parse(value: Any, attribute: str) -> tuple[str, ...]:
    """Return devices as ``HOST:CONTAINER:PERMISSIONS``. Raise ResourceError."""
    found: dict[str, str] = {}

    def add(entry: str) -> None:
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
            f"{attribute}: invalid device {entry!r}: expected HOST[:CONTAINER[:rwm]]"
        )
    return host, inner, access


def send(devices: tuple[str, ...]) -> list[dict[str, str]]:
    """Return devices for the create call."""
    return [
        {"PathOnHost": host, "PathInContainer": inner, "CgroupPermissions": access}
        for host, inner, access in (device.split(":") for device in devices)
    ]


def read(devices: Any) -> tuple[str, ...]:
    """Return the devices of an inspect payload."""
    return tuple(
        sorted(
            f"{device['PathOnHost']}:{device.get('PathInContainer') or device['PathOnHost']}"
            f":{device.get('CgroupPermissions') or ''}"
            for device in devices or []
        )
    )


def form(devices: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return paths on the host and permissions, by the paths in the container."""
    found = {}
    for device in devices:
        host, inner, access = [*device.split(":"), "", ""][:3]
        found[paths.clean(inner or host)] = (paths.clean(host), "".join(sorted(access)))
    return found


def same(pair: Pair) -> bool | None:
    """Return whether it is the wanted device. Podman reports no permissions."""
    (wanted,) = pair.expected
    if wanted is None or pair.actual is None:
        return wanted is pair.actual
    (host, access), (actual_host, actual_access) = wanted, pair.actual
    same = host == actual_host and actual_access in ("", access)
    return None if same and not actual_access else same
