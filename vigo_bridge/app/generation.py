# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the Ansible project that ``run`` uses to a folder of the user."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vigo_bridge.ansible.inventory import InventoryError
from vigo_bridge.ansible.inventory_sources import configurable, listed_ports
from vigo_bridge.ansible.user_variables import reserved_names
from vigo_bridge.app.hosts import Hosts, find_hosts
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.app.stack_loading import load_valid, planned
from vigo_bridge.app.writing import refuse_to_overwrite, writing
from vigo_bridge.emit.bundle import write_bundle, write_project_files
from vigo_bridge.emit.tasks.project import write_tasks
from vigo_bridge.emit.tasks.refusal import CannotExpress
from vigo_bridge.failures import Failure, Refusal
from vigo_bridge.files import all_or_nothing
from vigo_bridge.report.diagnostics import as_text
from vigo_bridge.report.printing import echo
from vigo_bridge.resolve.overrides import warn_of_reserved
from vigo_bridge.resolve.plan import Plan


def generate_project(folder: Path, style: str, stack: StackOptions, hosts: HostOptions) -> None:
    """Write the project into a new or empty folder. style: "bundle" or "tasks"."""
    refuse_to_overwrite(folder)
    loaded = load_valid(stack, "text")
    found = _as_configured(find_hosts(hosts))
    plan = planned(loaded, stack, found.names, "text")
    with writing("use another folder"), all_or_nothing(folder) as new:
        if style == "tasks":
            _write_tasks(plan, new, found, stack)
        else:
            write_bundle(plan, new, found.variables)
            write_project_files(plan, new, found.sources, stack.folder.absolute())


def _as_configured(found: Hosts) -> Hosts:
    """Return the hosts with sources that ansible.cfg can list.

    Hosts of a list are in the generated inventory, with the ports that the list sets.
    """
    try:
        sources = configurable(found.sources)
    except ValueError as error:
        raise Refusal(f"{error}.") from error
    variables = {**found.variables, **listed_ports(found.sources, found.given)}
    return replace(found, sources=sources, variables=variables)


def _write_tasks(plan: Plan, folder: Path, found: Hosts, stack: StackOptions) -> None:
    try:
        is_reserved = reserved_names()
        place = stack.folder.absolute()
        write_tasks(plan, folder, is_reserved, found.sources, place, found.variables)
    except (CannotExpress, InventoryError) as error:
        raise Failure(
            f"this stack cannot be written as roles:\n{error}\nNothing was written."
        ) from error
    reserved = {
        host: {name: value for name, value in given.items() if is_reserved(name)}
        for host, given in found.given.items()
    }
    for warning in warn_of_reserved(plan, reserved, stack.settings):
        echo(as_text(warning, stack.folder), err=True)
