# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge generate``: the Ansible project that ``run`` uses, to keep."""

from __future__ import annotations

from pathlib import Path

import click

from vigo_bridge.ansible.inventory import InventoryError
from vigo_bridge.ansible.user_variables import reserved_names
from vigo_bridge.app.hosts import Hosts, find_hosts
from vigo_bridge.app.stack_loading import load_valid, planned
from vigo_bridge.app.writing import writing
from vigo_bridge.cli.options import HostOptions, StackOptions, host_options, stack_options
from vigo_bridge.emit.bundle import write_bundle, write_surroundings
from vigo_bridge.emit.tasks.project import write_tasks
from vigo_bridge.emit.tasks.refusal import CannotExpress
from vigo_bridge.report.diagnostics import as_text
from vigo_bridge.report.printing import echo
from vigo_bridge.resolve.overrides import warn_of_reserved
from vigo_bridge.resolve.plan import Plan


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--style",
    type=click.Choice(["bundle", "tasks"]),
    default="bundle",
    show_default=True,
    help="One call per host, as `run` does it; or roles, tasks and handlers to read and change.",
)
@host_options
@stack_options
def generate(folder: Path, style: str, stack: StackOptions, hosts: HostOptions) -> None:
    """Write the Ansible project into FOLDER, which must be new or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(
            f"{folder} is not empty; name a new folder, so that nothing of yours is overwritten"
        )
    loaded = load_valid(stack, "text")
    found = find_hosts(hosts)
    plan = planned(loaded, stack, found.names, "text")
    with writing("name another folder"):
        if style == "tasks":
            _write_tasks(plan, folder, found, stack)
        else:
            write_bundle(plan, folder, found.variables)
            write_surroundings(plan, folder, found.sources, stack.folder.absolute())
    echo(f"Wrote {folder}. Run it with: cd {folder} && ansible-playbook site.yml")


def _write_tasks(plan: Plan, folder: Path, found: Hosts, stack: StackOptions) -> None:
    try:
        is_reserved = reserved_names()
        place = stack.folder.absolute()
        write_tasks(plan, folder, is_reserved, found.sources, place, found.variables)
    except (CannotExpress, InventoryError) as error:
        raise click.ClickException(
            f"this stack cannot be written as roles:\n{error}\nNothing was written."
        ) from error
    reserved = {
        host: {name: value for name, value in given.items() if is_reserved(name)}
        for host, given in found.given.items()
    }
    for warning in warn_of_reserved(plan, reserved, stack.settings):
        echo(as_text(warning, stack.folder), err=True)
