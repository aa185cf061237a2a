# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices of the host in a container."""

from __future__ import annotations

from typing import Any

from ....common.comma_strings import each
from ....common.errors import ResourceError
from . import paths


def parse(value: Any, attribute: str) -> tuple[str, ...]:
    """``HOST:CONTAINER:PERMISSIONS`` each. Raises ResourceError."""
    found: dict[str, str] = {}

    def add(entry: str) -> None:
        host, inner, access = _parts(entry, attribute)
        device, target = f"{host}:{inner}:{access}", paths.clean(inner)
        if found.setdefault(target, device) != device:
            raise ResourceError(f"{attribute}: two entries for {target}; keep one of them")

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
