# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge plan`` and ``run``. converge.py does the work."""

from __future__ import annotations

from collections.abc import Mapping

import click

from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import HostOptions, ReportOptions, Rollout, StackOptions
from vigo_bridge.cli.options import (
    Command,
    fleet_options,
    gathered,
    lock_timeout_option,
    only_option,
    pull_limit_option,
    pull_option,
    report_options,
    stack_options,
)
from vigo_bridge.cli.rollout_flags import rollout_options

#: Options of a converge that its RunOptions take as they are.
Changes = Mapping[str, object]


def change_options(command: Command) -> Command:
    """Add the options of commands that change hosts; the command gets them as ``changes``."""
    return gathered(
        command,
        "changes",
        dict,
        only_option,
        pull_option,
        pull_limit_option,
        click.option(
            "--prune", is_flag=True, help="Remove containers that are no longer in the stack."
        ),
        lock_timeout_option,
    )


@click.command()
@only_option
@pull_option
@report_options
@fleet_options
@stack_options
@click.pass_context
def plan(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    shown: ReportOptions,
    only: tuple[str, ...],
    pull: str | None,
) -> None:
    """Show what `run` would change. Exits with 2 if changes are pending."""
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.plan_and_run import show_plan

        status = show_plan(stack, hosts, asked, {"only": only, "pull": pull}, shown)
    context.exit(status)


@click.command()
@change_options
@rollout_options
@report_options
@fleet_options
@stack_options
@click.pass_context
def run(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    shown: ReportOptions,
    rollout: Rollout,
    changes: Changes,
) -> None:
    """Converge the hosts to the stack, all at once or in batches."""
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.plan_and_run import converge

        status = converge("run", stack, hosts, asked, rollout, changes, shown)
    context.exit(status)
