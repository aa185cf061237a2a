# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge generate``: the Ansible project that ``run`` uses, to keep."""

from __future__ import annotations

from pathlib import Path

import click

from vigo_bridge.cli.hosts import find_hosts
from vigo_bridge.cli.options import HostOptions, StackOptions, host_options, stack_options
from vigo_bridge.cli.stack import load_valid, planned
from vigo_bridge.emit.bundle import write_bundle, write_surroundings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@host_options
@stack_options
def generate(folder: Path, stack: StackOptions, hosts: HostOptions) -> None:
    """Write the Ansible project into FOLDER, which must be new or empty."""
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(
            f"{folder} is not empty; name a new folder, so that nothing of yours is overwritten"
        )
    loaded = load_valid(stack, "text")
    found = find_hosts(hosts)
    plan = planned(loaded, stack, found.names, "text")
    write_bundle(plan, folder, found.variables)
    write_surroundings(plan, folder, found.sources, stack.folder.absolute())
    click.echo(f"Wrote {folder}. Run it with: cd {folder} && ansible-playbook site.yml")
