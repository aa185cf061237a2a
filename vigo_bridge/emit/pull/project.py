# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a repository from which each host of a plan converges itself with ansible-pull.

Each host has a folder with its playbook, an inventory with that host alone, and its units. It uses
nothing of another host's folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.emit.group_variables import ALL_ENVOYS
from vigo_bridge.emit.pull.collections import needed_collections
from vigo_bridge.emit.pull.units import (
    CHECKOUT,
    NAME,
    PROGRAMS,
    STATE,
    VAULT_PASSWORD,
    Settings,
    folder_of,
    service,
    timer,
)
from vigo_bridge.emit.rendering import environment
from vigo_bridge.emit.yaml_text import entry
from vigo_bridge.files import write_text
from vigo_bridge.resolve.plan import Plan

#: Who started a run, as `status` shows it.
_STARTED_BY = "ansible-pull"


def write_pull_project(
    plan: Plan,
    folder: Path,
    settings: Settings,
    version: str,
    host_variables: Mapping[str, Mapping[str, Any]],
    secrets: Mapping[str, Sequence[str]],
) -> None:
    """Write the repository.

    version: of vigo-bridge. host_variables: by host, those of the user's inventory that override
    variables of the stack. secrets: by path, the hosts that need the secret.
    """
    hosts = [host for group in plan.groups for host in group.hosts]
    collections = needed_collections(plan)
    for host in hosts:
        _write_host(plan, host, folder / folder_of(host), settings, host_variables.get(host, {}))
    write_text(folder / "ansible.cfg", _render("ansible.cfg.j2", plan=plan))
    write_text(folder / "requirements.txt", f"vigo-bridge=={version}\n")
    if collections:
        write_text(folder / "requirements.yml", f"---\n{entry('collections', collections)}\n")
    readme = _render(
        "README.md.j2",
        plan=plan,
        settings=settings,
        hosts=hosts,
        collections=collections,
        secrets=secrets,
        name=NAME,
        state=STATE,
        checkout=CHECKOUT,
        programs=PROGRAMS,
        vault_password=f"{settings.secrets}/{VAULT_PASSWORD}",
    )
    write_text(folder / "README.md", readme)


def _write_host(
    plan: Plan, host: str, folder: Path, settings: Settings, variables: Mapping[str, Any]
) -> None:
    write_bundle(_plan_of(plan, host), folder, {host: {"ansible_connection": "local", **variables}})
    shared = {
        "vigo_started_by": _STARTED_BY,
        **({"vigo_secrets_folder": settings.secrets} if settings.secrets else {}),
        **({"vigo_prune": True} if settings.prunes else {}),
    }
    lines = [entry(name, value) for name, value in shared.items()]
    path = folder / "inventory" / "group_vars" / f"{ALL_ENVOYS}.yml"
    write_text(path, "\n".join(["---", *lines, ""]))
    write_text(folder / f"{NAME}.service", service(host, settings))
    write_text(folder / f"{NAME}.timer", timer(host, settings))


def _plan_of(plan: Plan, host: str) -> Plan:
    groups = tuple(replace(group, hosts=(host,)) for group in plan.groups if host in group.hosts)
    return replace(plan, groups=groups, unmatched=())


def _render(template: str, **values: Any) -> str:
    return environment().get_template(f"pull/{template}").render(values)
