# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of containers and resources: compose's own, so that its containers are taken over."""

from __future__ import annotations

import re

from vigo_bridge.compose.model import Project


def container(project: Project, service: str, number: int = 1) -> str:
    """Return a container's name."""
    given = project.services[service].container_name
    return str(given) if given is not None else f"{project.name}-{service}-{number}"


def resources(project: Project, service: str) -> list[str]:
    """Return the names of a service's resources, one for each of its containers."""
    return [resource(service, number) for number in range(1, count(project, service) + 1)]


def resource(service: str, number: int) -> str:
    return service if number == 1 else f"{service}-{number}"


def count(project: Project, service: str) -> int:
    return project.services[service].replicas


def word(name: str) -> str:
    """Return a name in the form for a part of a variable's name."""
    return re.sub(r"[^A-Za-z0-9_]", "_", name)


def slug(text: str) -> str:
    """Return a text in the form for a part of a resource's name."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.") or "folder"
