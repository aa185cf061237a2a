# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of an engine as a compose project. Pure, except that files of the project are read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.types.container import label
from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.loading.project_files import ProjectFiles, root_of
from vigo_bridge.compose.model import Dependency, Project, Service
from vigo_bridge.compose.running import mounts, networks
from vigo_bridge.compose.running.engine_state import EngineState, Payload
from vigo_bridge.compose.running.merging import (
    with_known_names,
    with_replicas,
    with_shared_secrets,
)
from vigo_bridge.compose.running.services import fields_of, observed
from vigo_bridge.compose.text import Text
from vigo_bridge.language.position import Position

_SERVICE = "com.docker.compose.service"
_ONE_OFF = "com.docker.compose.oneoff"
_FOLDER = "com.docker.compose.project.working_dir"
_FILES = "com.docker.compose.project.config_files"
_DEPENDS_ON = "com.docker.compose.depends_on"
#: The names of services that Compose accepts; any program can write labels.
_VALID = re.compile(r"[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class _Running:
    """A container. service: of compose, or its own name."""

    payload: Payload
    name: str
    labels: Mapping[str, str]
    service: str
    position: Position = field(compare=False)


def project_of(state: EngineState, name: str, findings: Findings, *, is_whole: bool) -> Project:
    """Return the project of containers. Raise ComposeError.

    is_whole: whether they are all containers of a compose project of this name.
    """
    containers = _containers(state, findings, is_whole=is_whole)
    folder = _folder(containers) if is_whole else Path("/")
    files = ProjectFiles(root_of(folder))
    found = Project(
        name=name,
        folder=folder,
        services={},
        networks=networks.named_networks(state, name, is_whole=is_whole),
        volumes=mounts.named_volumes(state, name, is_whole=is_whole),
        configs={},
        secrets={},
        others=(),
        bases={},
        environment={},
        files=files,
        is_here=state.is_here,
    )
    services = [_service(container, containers, found, state) for container in containers]
    shared = with_replicas(services, name)
    _report(containers, state, findings)
    known = with_known_names(with_shared_secrets(shared), services, findings)
    return replace(found, services={service.name: service for service in known})


def compose_file(state: EngineState) -> Path | None:
    """Return the project's compose file, if it is still there."""
    for payload in state.containers if state.is_here else ():
        listed = ((payload.get("Config") or {}).get("Labels") or {}).get(_FILES, "")
        first = Path(listed.split(",")[0])
        return first if first.is_absolute() and first.is_file() else None
    return None


def _containers(state: EngineState, findings: Findings, *, is_whole: bool) -> list[_Running]:
    found = []
    for payload in state.containers:
        name = (payload.get("Name") or "").lstrip("/")
        labels = (payload.get("Config") or {}).get("Labels") or {}
        position = Position(f"container {name}", 0, 0)
        owner = label.owner(labels)
        if owner is not None:
            raise ComposeError(
                position,
                f"the container already belongs to the stack {owner.scope!r}",
                "change it in the files of that stack",
            )
        if is_whole and labels.get(_ONE_OFF) == "True":
            findings.note(position, "ignored: `docker compose run` created it")
            continue
        given = labels.get(_SERVICE, "") if is_whole else ""
        service = given if _VALID.fullmatch(given) else name
        found.append(_Running(payload, name, labels, service, position))
    return sorted(found, key=lambda one: (one.service, _number(one.name), one.name))


def _number(name: str) -> int:
    """Return the number at the end of a container's name."""
    found = re.search(r"[-_](\d{1,9})$", name)
    return int(found[1]) if found else 0


def _folder(containers: Sequence[_Running]) -> Path:
    for container in containers:
        if container.labels.get(_FOLDER, "").startswith("/"):
            return Path(container.labels[_FOLDER])
    return Path("/")


def _service(
    container: _Running, containers: Sequence[_Running], project: Project, state: EngineState
) -> Service:
    existing = observed(container.payload, state).existing
    position = container.position
    fields = fields_of(container.payload, state, position)
    found = mounts.mounts(fields.pop("mounts"), project.volumes, project.folder, position)
    mode = networks.mode_of(existing)
    if mode:
        fields["network_mode"] = Text((_by_name(mode, containers),), position)
    else:
        fields["networks"] = networks.attachments(existing, project.networks, state, position)
    for key in ("ipc", "pid"):
        if key in fields:
            fields[key] = Text((_by_name(str(fields[key]), containers),), position)
    return Service(
        container.service,
        position,
        container_name=Text((container.name,), position),
        depends_on=tuple(_dependencies(container, _joined(container, containers))) or None,
        links=tuple(Text((link,), position) for link in _links(container, containers)) or None,
        volumes=found or None,
        **fields,
    )


def _by_name(mode: str, containers: Sequence[_Running]) -> str:
    """Return a mode with the name instead of the ID of another container of these."""
    kind, _colon, identity = mode.partition(":")
    if kind != "container":
        return mode
    for container in containers:
        if identity in (container.payload["Id"], container.name):
            return f"service:{container.name}"
    return mode


def _links(container: _Running, containers: Sequence[_Running]) -> list[str]:
    """Return the links to other services, as SERVICE:ALIAS, without those that Compose adds."""
    names = {other.service: other.name for other in containers}
    found = []
    for link in _linked(container, containers):
        service, _colon, alias = link.partition(":")
        if alias != service and not names[service].endswith(alias):
            found.append(link)
    return list(dict.fromkeys(found))


def _linked(container: _Running, containers: Sequence[_Running]) -> list[str]:
    """Return all links to other services, as SERVICE:ALIAS."""
    services = {other.name: other.service for other in containers}
    found = []
    for endpoint in (
        (container.payload.get("NetworkSettings") or {}).get("Networks") or {}
    ).values():
        for link in (endpoint or {}).get("Links") or []:
            name, _colon, alias = link.partition(":")
            if name in services:
                found.append(f"{services[name]}:{alias}")
    return found


def _joined(container: _Running, containers: Sequence[_Running]) -> set[str]:
    """Return the services whose namespaces a container shares, or that it links to.

    Compose also lists these as dependencies with a restart.
    """
    host = container.payload.get("HostConfig") or {}
    modes = {str(host.get(f"{name}Mode") or "") for name in ("Network", "Ipc", "Pid")}
    shared = {
        other.service
        for other in containers
        if modes & {f"container:{other.payload['Id']}", f"container:{other.name}"}
    }
    return shared | {link.partition(":")[0] for link in _linked(container, containers)}


def _dependencies(container: _Running, joined: Collection[str] = ()) -> list[Dependency]:
    """Return the dependencies of compose's label: SERVICE:CONDITION:RESTART, ..."""
    found = []
    for entry in filter(None, container.labels.get(_DEPENDS_ON, "").split(",")):
        service, condition, restart = (*entry.split(":"), "", "")[:3]
        word = condition.removeprefix("service_") or "started"
        restarts = restart == "true" and not (word == "started" and service in joined)
        found.append(Dependency(service, word, restarts, True, container.position))
    return found


def _report(containers: Sequence[_Running], state: EngineState, findings: Findings) -> None:
    """Report what a stack handles in another way than the engine does now."""
    waited_for = {
        dependency.service
        for container in containers
        for dependency in _dependencies(container)
        if dependency.condition == "completed_successfully"
    }
    for container in containers:
        status = (container.payload.get("State") or {}).get("Status")
        if status not in ("running", "restarting") and container.service not in waited_for:
            findings.note(
                container.position,
                f"it is not running ({status}), and the stack starts it",
                "add state: stopped, or expect: exited for one that ends by itself",
            )
        host = container.payload.get("HostConfig") or {}
        if host.get("AutoRemove"):
            findings.note(
                container.position,
                "the engine removes it when it stops (--rm)",
                "the stack creates it again in the next run",
            )
        image = state.images.get(container.payload.get("Image") or "")
        if image is not None and not image.get("RepoDigests"):
            findings.note(
                container.position,
                "its image was built or imported on this host",
                "push it to a registry from which other hosts can pull it",
            )
