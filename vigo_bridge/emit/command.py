# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a single command for many hosts: what `task run` runs, and health checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.exec.descriptor import TYPE as EXEC
from vigo_bridge.emit.group_variables import ALL_ENVOYS
from vigo_bridge.emit.yaml_text import entry
from vigo_bridge.files import write_text

#: A scope that no stack can have, so that commands share no state with stacks.
TASK_SCOPE = "vigo-bridge:task"
HEALTH_SCOPE = "vigo-bridge:health"

_PLAY = {
    "name": "Run the command",
    "hosts": ALL_ENVOYS,
    "gather_facts": False,
    "tasks": [{"name": "Run", "vigo.bridge.converge": None}],
}


def write_command(
    folder: Path,
    hosts: Sequence[str],
    host_variables: Mapping[str, Mapping[str, Any]],
    resource: Mapping[str, Any],
    variables: Mapping[str, Any],
) -> None:
    """Write a project with one play that applies the resource on each host.

    host_variables: variables of single hosts from the inventory, such as their connection.
    """
    inventory = folder / "inventory"
    (inventory / "group_vars").mkdir(parents=True)
    members = {host: dict(host_variables.get(host, {})) for host in hosts}
    groups = {"children": {ALL_ENVOYS: {"hosts": members}}}
    write_text(inventory / "hosts.yml", f"---\n{entry('all', groups)}\n")
    write_variables(inventory / "group_vars" / f"{ALL_ENVOYS}.yml", TASK_SCOPE, resource, variables)
    play = entry("x", [_PLAY]).removeprefix("x:\n")
    write_text(folder / "site.yml", f"---\n{play}\n")


def write_variables(
    path: Path, scope: str, resource: Mapping[str, Any], variables: Mapping[str, Any]
) -> None:
    """Write the variables with which `vigo.bridge.converge` applies only this resource."""
    settings = {
        "vigo_scope": scope,
        "vigo_stack_id": "",
        "vigo_former_scopes": [],
        "vigo_scope_is_default": True,
        "vigo_vars": dict(variables),
        "vigo_fixed": list(variables),
        "vigo_crates": {},
        "vigo_resources": [dict(resource)],
        "vigo_only": [],
        "vigo_prune": False,
        "vigo_started_by": "",
    }
    lines = [entry(name, value) for name, value in settings.items()]
    write_text(path, "\n".join(["---", *lines, ""]))


def command_resource(identity: str, command: str, **more: Any) -> dict[str, Any]:
    """Return a command as a resource. more: its other attributes."""
    return {"id": identity, "type": EXEC.name, "command": command, **more}


def health_check(command: str) -> dict[str, Any]:
    """Return a health check as a resource. Its text is not a template."""
    return command_resource("health/check", command, timeout="30s", template=False)
