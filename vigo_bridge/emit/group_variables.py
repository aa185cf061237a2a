# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts a match entry to an Ansible group with its variables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.model import Identity
from vigo_bridge.resolve.plan import SETTING, Group, Plan, PlannedCrate, PlannedResource

#: The group of all envoys that the stack matches.
ALL_ENVOYS = "vigo"


@dataclass(frozen=True)
class InventoryGroup:
    """A group of hosts. children: names of groups in it."""

    name: str
    hosts: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    variables: Mapping[str, Any] | None = None


def inventory_groups(plan: Plan, secrets_folder: str) -> list[InventoryGroup]:
    """Return all groups of a plan: match entries, environments, roles, crates, and all envoys.

    secrets_folder: the folder with the stack's secret stores.
    """
    matches = [
        InventoryGroup(group.name, group.hosts, (), group_variables(group, plan.identity))
        for group in plan.groups
    ]
    names = tuple(group.name for group in matches)
    everyone = InventoryGroup(ALL_ENVOYS, (), names, {"vigo_secrets_folder": secrets_folder})
    return [*matches, everyone, *_kinds(plan, {ALL_ENVOYS, *names})]


def group_variables(group: Group, identity: Identity) -> dict[str, Any]:
    """Return the variables that `vigo.bridge.converge` reads, by name."""
    variables = {
        **scope_variables(identity),
        "vigo_vars": {variable.name: variable.value for variable in group.variables},
        "vigo_crates": {crate.name: crate_settings(crate, group) for crate in group.crates},
        "vigo_resources": [resource_settings(resource) for resource in resources_of(group)],
    }
    return {**variables, "vigo_fixed": fixed(group)} if fixed(group) else variables


def scope_variables(identity: Identity) -> dict[str, Any]:
    """Return the variables that identify the stack."""
    found: dict[str, Any] = {"vigo_scope": identity.name}
    if identity.id:
        found["vigo_stack_id"] = identity.id
    if identity.former:
        found["vigo_former_scopes"] = list(identity.former)
    if not identity.is_named:
        found["vigo_scope_is_default"] = True
    return found


def fixed(group: Group) -> list[str]:
    """Return the names of variables that no other source may change."""
    return [variable.name for variable in group.variables if variable.layer == SETTING]


def resources_of(group: Group) -> list[PlannedResource]:
    return [resource for crate in group.crates for resource in crate.resources]


def crate_settings(crate: PlannedCrate, group: Group) -> dict[str, Any]:
    """Return a crate's keys; of its variables, only those whose value in the group differs."""
    shared = {variable.name: variable.value for variable in group.variables}
    own = {name: value for name, value in crate.vars.items() if shared[name] != value}
    settings = {"depends_on": list(crate.depends_on), "when": crate.when, "vars": own}
    return {name: value for name, value in settings.items() if value}


def resource_settings(resource: PlannedResource) -> dict[str, Any]:
    """Return a resource's keys in the order that a reader expects."""
    settings = {"id": resource.id, "type": resource.type, **_attributes(resource)}
    for name in ("depends_on", "before", "notify", "subscribes"):
        if references := getattr(resource, name):
            settings[name] = list(references)
    if resource.when:
        settings["when"] = resource.when
    if resource.item is not None:
        settings["item"] = resource.item
    if not resource.template:
        settings["template"] = False
    return settings


def _attributes(resource: PlannedResource) -> dict[str, Any]:
    """Return the attributes, with `revert` for a resource that undoes another."""
    attributes = dict(resource.attributes)
    if resource.reverts:
        kind = TYPES[resource.type]
        attributes["revert"] = True
        if not kind.undoing:
            attributes["on_revert"] = attributes.pop(kind.key)
    return attributes


def _kinds(plan: Plan, taken: Iterable[str]) -> list[InventoryGroup]:
    """Return groups by environment, role and crate."""
    members: dict[tuple[str, str], dict[str, None]] = {}
    for group in plan.groups:
        stamped = [crate.name.partition("[")[0] for crate in group.crates]
        kinds = [("env", group.environment), *(("role", role) for role in group.roles)]
        for kind, name in [*kinds, *(("crate", crate) for crate in stamped)]:
            if name is not None:
                members.setdefault((kind, name), {}).update(dict.fromkeys(group.hosts))
    used = set(taken)
    groups = []
    for (kind, name), hosts in members.items():
        groups.append(InventoryGroup(_free(f"vigo_{kind}_{_safe(name)}", used), tuple(hosts)))
        used.add(groups[-1].name)
    return groups


def _safe(name: str) -> str:
    """Return a name with only the characters that Ansible allows in names of groups."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _free(name: str, used: set[str]) -> str:
    """Return the name, with a number added if it is in use already."""
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
