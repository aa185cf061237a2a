# SPDX-License-Identifier: GPL-3.0-or-later
"""Pairs of keys of a service that mean the same: Compose rejects two different values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.values import quantities
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.model import Deploy, Project, Service
from vigo_bridge.compose.text import Text

_PAIRS: tuple[tuple[str, str, str, Callable[[Any, str], object]], ...] = (
    ("cpus", "cpus", "resources.limits.cpus", quantities.nano_cpus),
    ("mem_limit", "memory", "resources.limits.memory", quantities.size),
    (
        "mem_reservation",
        "reserved_memory",
        "resources.reservations.memory",
        quantities.size,
    ),
    ("pids_limit", "pids", "resources.limits.pids", lambda value, _: int(value)),
    ("scale", "replicas", "replicas", lambda value, _: int(value)),
)


def check_limits(project: Project) -> None:
    """Raise ComposeError for a service whose own keys contradict its `deploy`, as Compose does."""
    for service in project.services.values():
        if service.deploy is not None:
            _check_pairs(service, service.deploy)
        if service.container_name is not None and service.replicas > 1:
            raise ComposeError(
                service.keys["container_name"],
                f"service {service.name} has {service.replicas} replicas, which cannot all have the"
                f" name {service.container_name}",
                "remove container_name:",
            )


def _check_pairs(service: Service, deploy: Deploy) -> None:
    for key, field, path, read in _PAIRS:
        own, other = getattr(service, key), getattr(deploy, field)
        if own is not None and other is not None and not _same(own, other, read):
            raise ComposeError(
                service.keys[key],
                f"{key} and deploy.{path} differ: {own} and {other}",
                "remove one of them",
            )


def _same(own: Text | int, other: Text | int, read: Callable[[Any, str], object]) -> bool:
    """Return whether two values are equal; true also for one that is reported elsewhere."""
    try:
        return read(str(own), "") == read(str(other), "")
    except (ResourceError, ValueError):
        return True
