# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a plan as an Ansible project in bundle style.

One play over all envoys; each match entry is a group whose variables hold its resources. The
inventory contains host names, but no addresses and logins: those are in the user's own inventory,
which is used together with it.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from vigo_bridge.emit.group_variables import (
    ALL_ENVOYS,
    crate_settings,
    fixed,
    resource_settings,
    resources_of,
    scope_variables,
)
from vigo_bridge.emit.rendering import environment
from vigo_bridge.emit.yaml_text import entry, indented
from vigo_bridge.files import write_text
from vigo_bridge.host_counts import FORKS
from vigo_bridge.resolve.plan import Group, Plan, PlannedCrate, PlannedResource


def write_bundle(
    plan: Plan, folder: Path, host_variables: Mapping[str, Mapping[str, Any]] | None = None
) -> None:
    """Write the inventory and the playbook, all that a run needs.

    host_variables: variables of single hosts from the inventory, such as their connection.
    """
    write_hosts(plan, folder, host_variables or {})
    variables = folder / "inventory" / "group_vars"
    for group in plan.groups:
        text = _render(
            "group_vars.yml.j2",
            group=group,
            scope=scope_variables(plan.identity),
            resources=resources_of(group),
            fixed=fixed(group),
        )
        write_text(variables / f"{group.name}.yml", text)
    write_text(folder / "site.yml", _render("site.yml.j2", plan=plan))


def write_hosts(plan: Plan, folder: Path, host_variables: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the hosts by match entry, and a folder for the variables of these groups."""
    inventory = folder / "inventory"
    (inventory / "group_vars").mkdir(parents=True, exist_ok=True)
    hosts = _hosts(plan, host_variables)
    write_text(inventory / "hosts.yml", f"---\n{entry('all', hosts)}\n")


def write_project_files(
    plan: Plan, folder: Path, sources: Sequence[str], stack: Path, *, has_roles: bool = False
) -> None:
    """Write the files that make the project usable alone: its configuration and a README.

    sources: the user's own inventories. stack: the folder of the stack, with its secret stores.
    has_roles: whether the project has a folder of roles.
    """
    variables = folder / "inventory" / "group_vars" / f"{ALL_ENVOYS}.yml"
    stores = entry("vigo_secrets_folder", str(stack), "has secrets.yml and vault files")
    write_text(variables, f"---\n{stores}\n")
    sources = [*sources, "inventory"]
    configuration = _render(
        "ansible.cfg.j2", plan=plan, sources=sources, has_roles=has_roles, forks=FORKS
    )
    write_text(folder / "ansible.cfg", configuration)
    write_text(folder / "README.md", _render("README.md.j2", plan=plan))


def _hosts(plan: Plan, variables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    groups = {
        group.name: {"hosts": {host: dict(variables.get(host, {})) for host in group.hosts}}
        for group in plan.groups
    }
    return {"children": {ALL_ENVOYS: {"children": groups}}}


def _crate_entry(crate: PlannedCrate, group: Group) -> str:
    return entry(crate.name, crate_settings(crate, group))


def _resource_entry(resource: PlannedResource) -> str:
    """Return one item of a YAML list, its keys in the order that a reader expects."""
    lines = "\n".join(entry(name, value) for name, value in resource_settings(resource).items())
    return "  - " + indented(lines, 4).lstrip(" ")


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(values)


@functools.cache
def _environment() -> jinja2.Environment:
    found = environment()
    found.filters.update(crate_entry=_crate_entry, resource_entry=_resource_entry)
    return found
