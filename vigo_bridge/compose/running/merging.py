# SPDX-License-Identifier: GPL-3.0-or-later
"""What the services of a project have in common: replicas, secrets and dependencies. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from vigo_bridge.compose import secret_names
from vigo_bridge.compose.findings import Findings
from vigo_bridge.compose.model import Dependency, Pairs, Service
from vigo_bridge.compose.text import Text, Use


def with_replicas(services: Sequence[Service], project: str) -> list[Service]:
    """Return one service for containers that are the same but for their names.

    Others get names of their own.
    """
    found: list[Service] = []
    by_name: dict[str, list[Service]] = {}
    for service in services:
        by_name.setdefault(service.name, []).append(service)
    for name, same in by_name.items():
        usual = [f"{project}-{name}-{number}" for number in range(1, len(same) + 1)]
        has_usual_names = [str(service.container_name) for service in same] == usual
        forms = {repr(_without_position(replace(service, container_name=None))) for service in same}
        if has_usual_names and len(forms) == 1:
            count = len(same) if len(same) > 1 else None
            found.append(replace(same[0], container_name=None, scale=count))
        elif len(same) == 1:
            found += same
        else:
            found += [replace(service, name=str(service.container_name)) for service in same]
    return found


def _without_position(value: Any) -> Any:
    """Return a value in which two services of equal containers are equal."""
    return re.sub(r"Position\([^()]*\)", "", repr(value))


def with_shared_secrets(services: Sequence[Service]) -> list[Service]:
    """Return services in which a secret that several have is one variable of the project."""
    count = Counter(
        (name, str(text))
        for service in services
        for name, text in service.environment or ()
        if secret_names.is_secret(name, str(text))
    )
    return [
        replace(service, environment=_with_variables(service.environment, count))
        if service.environment
        else service
        for service in services
    ]


def _with_variables(pairs: Pairs, count: Mapping[tuple[str, str], int]) -> Pairs:
    return tuple(
        (name, text)
        if text is None or count[name, str(text)] < 2
        else (name, Text((Use(name, str(text), f"{name} of several containers"),), text.position))
        for name, text in pairs
    )


def with_known_names(
    services: Sequence[Service], before: Sequence[Service], findings: Findings
) -> list[Service]:
    """Return services that name each other by their present names.

    before: one service for each container, with the names of compose. Dependencies on containers
    that do not exist any more are left out.
    """
    final = {service.name for service in services}
    names: dict[str, dict[str, None]] = {}
    by_container: dict[str, str] = {}
    for one in before:
        container = str(one.container_name)
        name = one.name if one.name in final else container
        names.setdefault(one.name, {})[name] = None
        if name not in by_container.values():
            by_container[container] = name
    return [
        replace(
            service,
            depends_on=tuple(_dependencies(service, names, findings)) or None,
            network_mode=_mode(service.network_mode, by_container),
            ipc=_mode(service.ipc, by_container),
            pid=_mode(service.pid, by_container),
        )
        for service in services
    ]


def _dependencies(
    service: Service, names: Mapping[str, Collection[str]], findings: Findings
) -> Iterator[Dependency]:
    for dependency in service.depends_on or ():
        for name in names.get(dependency.service, ()):
            yield replace(dependency, service=name)
        if dependency.service not in names:
            findings.note(
                service.position,
                f"it depends on the service {dependency.service}, which no longer has a container,"
                " so the dependency is ignored",
            )


def _mode(mode: Text | None, by_container: Mapping[str, str]) -> Text | None:
    """Return a mode with the service of a container, which its first replica stands for."""
    kind, _colon, container = str(mode or "").partition(":")
    if mode is None or kind != "service":
        return mode
    service = by_container.get(container)
    named = f"service:{service}" if service else f"container:{container}"
    return Text((named,), mode.position)
