# SPDX-License-Identifier: GPL-3.0-or-later
"""The import of containers: from an engine to the files of a stack."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Connection
from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.importer import Destination, Import, imported
from vigo_bridge.compose.loading.interpolation import Variable
from vigo_bridge.compose.loading.project_name import normalised, valid
from vigo_bridge.compose.running import engine_state
from vigo_bridge.compose.running.project import compose_file, project_of
from vigo_bridge.language.diagnostics import did_you_mean_or_known
from vigo_bridge.language.position import Position


def read_running(project: str, destination: Destination) -> Import:
    """Return the stack of a compose project that runs, without its file.

    Raise ComposeError; Blocked and Refused of the engine.
    """
    valid(Variable(project, "PROJECT"))
    connection = Connection()
    start = Position(f"project {project}", 0, 0)
    state = engine_state.of_project(connection, project)
    if not state.containers:
        known = engine_state.projects(connection)
        raise ComposeError(
            start,
            f"no container on {connection.host} belongs to this project",
            did_you_mean_or_known(project, known)
            or "start it with docker compose up -d, or set DOCKER_HOST to its engine",
        )
    findings = Findings()
    found = project_of(state, project, findings, is_whole=True)
    file = compose_file(state)
    if file is not None:
        findings.note(
            start,
            f"its compose file still exists: {file}",
            "vigo-bridge import compose FILE also imports its variables and comments",
        )
    source = f"the running project {project}"
    return imported(found, destination, findings, source=source, start=start)


def read_containers(names: Sequence[str], project: str | None, destination: Destination) -> Import:
    """Return the stack of single containers. project: the name of the configcrate and the role.

    Raise ComposeError; Blocked and Refused of the engine.
    """
    if project is not None:
        valid(Variable(project, "--project-name"))
    connection = Connection()
    state = engine_state.of_containers(connection, dict.fromkeys(names))
    existing = {
        known
        for payload in state.containers
        for known in (payload["Name"].lstrip("/"), payload["Id"], payload["Id"][:12])
    }
    for name in names:
        if name not in existing and not any(one.startswith(name) for one in existing):
            raise ComposeError(
                Position(f"container {name}", 0, 0),
                f"it does not exist on {connection.host}",
                did_you_mean_or_known(name, engine_state.names(connection))
                or "set DOCKER_HOST to its engine",
            )
    first = state.containers[0]["Name"].lstrip("/")
    findings = Findings()
    found = project_of(state, project or normalised(first), findings, is_whole=False)
    return imported(
        found,
        destination,
        findings,
        source=f"running containers: {', '.join(names)}",
        start=Position(f"container {first}", 0, 0),
    )
