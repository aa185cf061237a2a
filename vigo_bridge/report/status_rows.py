# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the rows of `status`: equal rows of several hosts together, problems first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import UNCHANGED, Result
from ansible_collections.vigo.bridge.plugins.plugin_utils.stack_states import ContainerState
from vigo_bridge.run.results import EnvoyResult
from vigo_bridge.wording import counted

#: Types of resources that are shown as containers.
_CONTAINER = "container"
_SICK_STATES = ("restarting", "dead")
#: How many characters of a digest are shown.
_DIGEST = 12


class Kind(IntEnum):
    """The kinds of rows, the worst first."""

    BROKEN = 0
    DRIFT = 1
    ORPHAN = 2
    GOOD = 3


@dataclass(frozen=True)
class Row:
    """A line about a container or another resource. detail: the problem; may be empty."""

    kind: Kind
    name: str
    state: str = ""
    image: str = ""
    ports: str = ""
    detail: str = ""


@dataclass
class Group:
    """A row that several hosts have in common. ups, restarts: of their containers that run."""

    row: Row
    hosts: list[str] = field(default_factory=list)
    ups: list[int] = field(default_factory=list)
    restarts: list[int] = field(default_factory=list)


def groups(envoys: Mapping[str, EnvoyResult]) -> list[Group]:
    """Return the rows of all hosts, equal ones together, the worst first."""
    found: dict[Row, Group] = {}
    for host, envoy in envoys.items():
        for row, container in _rows(envoy):
            group = found.setdefault(row, Group(row))
            group.hosts.append(host)
            if container is not None:
                group.restarts.append(container.restarts)
                if container.up_s is not None:
                    group.ups.append(container.up_s)
    return sorted(found.values(), key=lambda group: group.row.kind)


def is_sick(envoy: EnvoyResult) -> bool:
    """Return whether a container of the host is unhealthy."""
    return any(_is_sick(container) for container in envoy.containers)


def _is_sick(container: ContainerState) -> bool:
    return container.health == "unhealthy" or container.state in _SICK_STATES


def _rows(envoy: EnvoyResult) -> Iterator[tuple[Row, ContainerState | None]]:
    results = {result.id: result for result in envoy.resources}
    with_container = set()
    for container in envoy.containers:
        result = results.get(container.resource)
        is_first = container.resource not in with_container
        with_container.add(container.resource)
        yield _container_row(container, result, envoy.orphans, is_first), container
    others = [result for result in envoy.resources if result.id not in with_container]
    good = 0
    for result in others:
        if not _is_good(result):
            is_missing = result.changed and result.type == _CONTAINER
            state = "missing" if is_missing else ""
            yield Row(_kind(result), result.id, state, detail=_detail(result)), None
        else:
            good += 1
    if good:
        what = "other resource" if envoy.containers else "resource"
        yield Row(Kind.GOOD, counted(good, what)), None


def _container_row(
    container: ContainerState, result: Result | None, orphans: Iterable[str], is_first: bool
) -> Row:
    described = result if is_first else None
    name = container.resource if described else container.name
    kind, detail = Kind.GOOD, ""
    if container.name in orphans or f"{container.name}@{container.engine}" in orphans:
        name, kind, detail = container.name, Kind.ORPHAN, "no longer in the stack"
    elif described is not None and not _is_good(described):
        kind, detail = _kind(described), _detail(described)
    elif not is_first:
        kind, detail = Kind.ORPHAN, f"kept by an update of {container.resource}"
    if _is_sick(container):
        kind = min(kind, Kind.BROKEN)
    return Row(
        kind,
        name,
        _state(container),
        _image(container),
        " ".join(container.ports),
        detail,
    )


def _is_good(result: Result) -> bool:
    """Return whether a resource is as described, or skipped on purpose."""
    return not (result.failed or result.changed or result.failed_dependency)


def _kind(result: Result) -> Kind:
    if result.failed or result.failed_dependency:
        return Kind.BROKEN
    return Kind.GOOD if result.action in UNCHANGED else Kind.DRIFT


def _detail(result: Result) -> str:
    is_certain = result.failed or result.failed_dependency or result.action == "unknown"
    what = result.action if is_certain else ""
    what = what or f"would be {result.action}"
    return f"{what}: {result.reason}" if result.reason else what


def _state(container: ContainerState) -> str:
    if container.state == "exited":
        return f"exited ({container.exit_code})"
    return f"{container.state}, {container.health}" if container.health else container.state


def _image(container: ContainerState) -> str:
    digest = container.digest.removeprefix("sha256:")[:_DIGEST]
    return f"{container.image} ({digest})" if digest else container.image
