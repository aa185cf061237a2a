# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks and volumes that a container uses, from its attributes alone. Pure."""

from __future__ import annotations

import contextlib
from typing import Any, Callable, Iterable, Mapping

from ...common.errors import ResourceError
from ..descriptor import ProvidedObject
from .values import mounts, networks


def uses(attributes: Mapping[str, Any]) -> tuple[ProvidedObject, ...]:
    """Return what a container with these attributes uses. Invalid values are omitted."""
    where = str(attributes.get("docker_host") or "").strip()
    wanted = [("network", name) for name in _read(lambda: _networks(attributes))]
    wanted += [("network", name) for name in _read(lambda: _mode(attributes.get("network_mode")))]
    wanted += [("volume", name) for name in _read(lambda: _volumes(attributes))]
    return tuple(ProvidedObject(kind, where, name) for kind, name in dict.fromkeys(wanted))


def _read(parse: Callable[[], Iterable[str]]) -> list[str]:
    with contextlib.suppress(ResourceError):
        return list(parse())
    return []


def _networks(attributes: Mapping[str, Any]) -> Iterable[str]:
    found = networks.parse(attributes.get("network"), attributes.get("networks"), "networks")
    return (attachment.network for attachment in found)


def _mode(value: Any) -> Iterable[str]:
    mode = networks.mode(value, "network_mode") if value else "default"
    return () if networks.is_special(mode) else (mode,)


def _volumes(attributes: Mapping[str, Any]) -> Iterable[str]:
    found = mounts.parse(attributes.get("mounts"), attributes.get("volumes"), "volumes")
    return (mount.source for mount in found if mount.source and mount.is_volume)
