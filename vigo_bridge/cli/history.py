# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge history``: results of earlier rollouts."""

from __future__ import annotations

import click

from vigo_bridge.app.history import finished_record, records, result_of
from vigo_bridge.cli.options import output_option
from vigo_bridge.report.history import print_history, record_as_data
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.terminal import print_run


@click.group(invoke_without_command=True)
@output_option
@click.pass_context
def history(context: click.Context, output: str) -> None:
    """List the rollouts of this user on this machine, the latest last."""
    if context.invoked_subcommand is not None:
        return
    known = records()
    if output == "json":
        echo_json([record_as_data(record) for record in known])
    elif known:
        print_history(known, Screen())
    else:
        echo("no rollouts yet")


@history.command()
@click.argument("number", type=click.IntRange(1))
@click.option("-v", "verbosity", count=True, help="Also show unchanged resources.")
@output_option
def show(number: int, output: str, verbosity: int) -> None:
    """Show the result of a rollout again."""
    record = finished_record(number)
    if output == "json":
        echo_json(record.result)
        return
    result = result_of(record)
    echo(f"rollout {number}: {record.command}, {record.started}, {record.status}")
    print_run(result, Screen(), diffs=True, everything=verbosity > 0)
