# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge generate``: the Ansible project that ``run`` uses, to keep."""

from __future__ import annotations

from pathlib import Path

import click

from vigo_bridge.app.generation import generate_project
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.cli.options import host_options, stack_options
from vigo_bridge.report.printing import echo


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--style",
    type=click.Choice(["bundle", "tasks"]),
    default="bundle",
    show_default=True,
    help="bundle: one call per host, as in `run`. tasks: roles, tasks and handlers that people"
    " can edit.",
)
@host_options
@stack_options
def generate(folder: Path, style: str, stack: StackOptions, hosts: HostOptions) -> None:
    """Write the Ansible project to FOLDER.

    FOLDER must be new or empty.
    """
    generate_project(folder, style, stack, hosts)
    echo(f"Wrote {folder}. Run it with: cd {folder} && ansible-playbook site.yml")
