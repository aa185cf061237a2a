# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge rollback``: an earlier rollout again."""

from __future__ import annotations

import click

from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import HostOptions, ReportOptions, Rollout, StackOptions
from vigo_bridge.cli.completion import complete_numbers
from vigo_bridge.cli.options import fleet_options, report_options, stack_options
from vigo_bridge.cli.rollout_flags import rollout_options
from vigo_bridge.cli.run import Changes, change_options


@click.command()
@click.argument("number", type=click.IntRange(1), required=False, shell_complete=complete_numbers)
@click.option("--dry-run", is_flag=True, help="Only show what would change, as `plan` does.")
@change_options
@rollout_options
@report_options
@fleet_options
@stack_options
@click.pass_context
def rollback(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    shown: ReportOptions,
    rollout: Rollout,
    changes: Changes,
    dry_run: bool,
    number: int | None,
) -> None:
    """Converge the hosts to what rollout NUMBER rolled out (default: the last successful one).

    Without NUMBER, the last rollout before the current one that succeeded is used. If the current
    one succeeded, too, the files or the values of --set must be different.

    The stack's files and the values of --set are those of that rollout, from the history. All
    other options are those of this command. Secrets are looked up again.
    """
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.rollback import roll_back, show_rollback

        if dry_run:
            preview_options = {name: changes[name] for name in ("only", "pull")}
            status = show_rollback(number, stack, hosts, asked, preview_options, shown)
        else:
            status = roll_back(number, stack, hosts, asked, rollout, changes, shown)
    context.exit(status)
