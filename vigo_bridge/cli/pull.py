# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge pull``: images ahead of a run."""

from __future__ import annotations

import click

from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import HostOptions, ReportOptions, StackOptions
from vigo_bridge.cli.options import (
    fleet_options,
    lock_timeout_option,
    pull_limit_option,
    report_options,
    resources_argument,
    stack_options,
)


@click.command()
@resources_argument(required=False)
@pull_limit_option
@lock_timeout_option
@report_options
@fleet_options
@stack_options
@click.pass_context
def pull(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    shown: ReportOptions,
    resources: tuple[str, ...],
    pull_limit: int | None,
    lock_timeout: float,
) -> None:
    """Pull the images of the stack's containers, ahead of a run.

    RESOURCE is CRATE, CRATE/NAME, or a glob such as 'shop/*'. Images that the engine has already
    are pulled again, in case their tag has moved. No container is changed.
    """
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.stack_state import pull as pull_images

        changes = {"pull_limit": pull_limit, "lock_timeout": lock_timeout}
        status = pull_images(resources, stack, hosts, asked, changes, shown)
    context.exit(status)
