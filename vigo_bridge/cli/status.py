# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge status``: how a stack is on its hosts."""

from __future__ import annotations

import click

from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.cli.options import (
    fleet_options,
    output_option,
    resources_argument,
    stack_options,
)
from vigo_bridge.cli.seconds import Seconds


@click.command()
@resources_argument(required=False)
@click.option(
    "--watch",
    type=Seconds(1),
    metavar="SECONDS",
    help="Repeat the output with this interval, in seconds, until Ctrl-C.",
)
@output_option
@fleet_options
@stack_options
@click.pass_context
def status(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    resources: tuple[str, ...],
    watch: float | None,
    output: str,
) -> None:
    """Show the state of the stack on the hosts, problems first.

    RESOURCE is CRATE, CRATE/NAME, or a glob such as 'shop/*'. Nothing is changed. Exits with 2 if
    a host differs from the stack or a container is unhealthy, and with 3 if a host failed or could
    not be reached.
    """
    if watch is not None and output == "json":
        raise click.UsageError("--watch and -o json are mutually exclusive; remove one of them")
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.status import show_status

        code = show_status(resources, stack, hosts, asked, watch, output)
    context.exit(code)
