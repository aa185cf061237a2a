# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge down``: remove what a stack made."""

from __future__ import annotations

import click

from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import HostOptions, ReportOptions, StackOptions
from vigo_bridge.cli.options import (
    fleet_options,
    lock_timeout_option,
    report_options,
    stack_options,
)


@click.command()
@click.option("--volumes", is_flag=True, help="Also remove named volumes, with their data.")
@click.option(
    "--files", is_flag=True, help="Also remove the files that runs have written, if unchanged."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@lock_timeout_option
@report_options
@fleet_options
@stack_options
@click.pass_context
def down(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    shown: ReportOptions,
    volumes: bool,
    files: bool,
    yes: bool,
    lock_timeout: float,
) -> None:
    """Remove the stack's containers and networks from the hosts.

    Shows what will be removed, and asks. Only what belongs to this stack is removed: containers
    with their anonymous volumes, networks that were created for it, and its state on the hosts.
    """
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.stack_state import down as take_down

        changes = {"lock_timeout": lock_timeout}
        removed = {"volumes": volumes, "files": files}
        status = take_down(stack, hosts, asked, changes, removed, yes, shown)
    context.exit(status)
