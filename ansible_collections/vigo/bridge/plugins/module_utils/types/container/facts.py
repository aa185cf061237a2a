# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of a container that a task returns. They never contain environment variables."""

from __future__ import annotations

import datetime
from typing import Any, Iterable, Mapping

from ..result import Result
from .engine import Engine
from .spec import ContainerSpec
from .states import digests_of, state_of
from .values.process import RESERVED

#: Longer labels are omitted: they are data for programs.
_LONGEST_LABEL = 4096
#: The addresses in a network, and where inspect has them.
_ADDRESSES = {"ipv4": "IPAddress", "ipv6": "GlobalIPv6Address", "mac": "MacAddress"}
#: What is unknown about a container that does not exist yet.
_UNKNOWN = (
    "id",
    "image_id",
    "digest",
    "health",
    "exit_code",
    "restarts",
    "created_at",
    "started_at",
    "up_s",
    "ports",
    "labels",
)


def current(engine: Engine, name: str, now: datetime.datetime) -> dict[str, Any] | None:
    """Return the facts of a container; None if it does not exist. Raise ResourceError."""
    payload = engine.raw_container(name)
    if payload is None:
        return None
    return facts_of(payload, state_of(payload, now, digests_of(engine)))


def facts_of(payload: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts in an inspect payload. state: from `state_of`."""
    networks = (payload.get("NetworkSettings") or {}).get("Networks") or {}
    labels = (payload.get("Config") or {}).get("Labels") or {}
    return {
        **state,
        "image_id": str(payload.get("Image") or ""),
        "created_at": str(payload.get("Created") or ""),
        "addresses": {name: _addresses(found or {}) for name, found in networks.items()},
        "labels": {
            name: str(text)
            for name, text in labels.items()
            if not name.startswith(RESERVED) and len(str(text)) <= _LONGEST_LABEL
        },
    }


def _addresses(endpoint: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(endpoint.get(key) or "") for name, key in _ADDRESSES.items()}


def predicted(
    found: Mapping[str, Any] | None, spec: ContainerSpec, result: Result
) -> dict[str, Any] | None:
    """Return the facts that a container would have after a change. Unknown ones are None. Pure."""
    if result.action == "deleted":
        return None
    if result.action == "unknown":
        return dict(found) if found else None
    if found is None or result.action in ("created", "recreated"):
        known = {"name": spec.name, "image": spec.image, "state": _first_state(found, spec)}
        return {**dict.fromkeys(_UNKNOWN), **known, "addresses": _unknown(_networks(spec))}
    state = _state(found, spec)
    if state == found["state"] and result.action == "updated":
        networks = _networks(spec) if spec.settings.networks else found["addresses"]
        return {**found, "addresses": _unknown(networks)}
    changed = dict.fromkeys(("health", "exit_code", "started_at", "up_s", "ports"))
    return {**found, **changed, "addresses": _unknown(found["addresses"]), "state": state}


def _networks(spec: ContainerSpec) -> list[str]:
    """Return the networks of a new container."""
    mode = spec.settings.network_mode or "bridge"
    if ":" in mode:
        return []
    return [one.network for one in spec.settings.networks or ()] or [mode]


def _unknown(networks: Iterable[str]) -> dict[str, dict[str, None]]:
    return {name: dict.fromkeys(_ADDRESSES) for name in networks}


def _first_state(found: Mapping[str, Any] | None, spec: ContainerSpec) -> str:
    """Return the state of a new container. found: the facts of the one that it replaces."""
    is_started = spec.state == "running"
    if spec.state == "present" and found is not None:
        is_started = found["state"] in ("running", "paused", "restarting")
    if not is_started:
        return "created"
    return "running" if spec.expect == "running" else "exited"


def _state(found: Mapping[str, Any], spec: ContainerSpec) -> str:
    """Return the state after a change of an existing container."""
    if spec.state == "running":
        return "running" if spec.expect == "running" else "exited"
    stays = spec.state == "present" or found["state"] == "created"
    return str(found["state"]) if stays else "exited"
