# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge history``: results of earlier rollouts."""

from __future__ import annotations

import click

from vigo_bridge.app.confirming import waiting_rollouts
from vigo_bridge.app.history import finished_record, kept_files, records, result_of
from vigo_bridge.cli.completion import complete_numbers
from vigo_bridge.cli.options import output_option
from vigo_bridge.report.history import print_history, record_as_data
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.terminal import print_run


@click.group(invoke_without_command=True)
@output_option
@click.pass_context
def history(context: click.Context, output: str) -> None:
    """List your rollouts on this machine, newest last."""
    if context.invoked_subcommand is not None:
        return
    known = records()
    waiting = {question.number for question in waiting_rollouts()}
    kept = kept_files(known)
    if output == "json":
        echo_json([record_as_data(record, waiting, kept) for record in known])
    elif known:
        print_history(known, waiting, kept, Screen())
    else:
        echo("no rollouts yet")


@history.command()
@click.argument("number", type=click.IntRange(1), shell_complete=complete_numbers)
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


@history.command()
@click.argument("number", type=click.IntRange(1), shell_complete=complete_numbers)
@click.argument("other", type=click.IntRange(1), required=False, shell_complete=complete_numbers)
@output_option
def diff(number: int, other: int | None, output: str) -> None:
    """Show what changed in a stack from rollout NUMBER to rollout OTHER.

    Default of OTHER: the last rollout of the same stack. The last one itself is compared with the
    one before it.
    """
    # Imported here, as few compare rollouts.
    from vigo_bridge.app.kept_changes import changes
    from vigo_bridge.report.kept_changes import change_as_data, print_changes

    found = changes(number, other)
    if output == "json":
        echo_json(
            {
                "from": found.first.number,
                "to": found.second.number,
                "files": [change_as_data(change) for change in found.files],
                "set": change_as_data(found.settings)["diff"] if found.settings else "",
            }
        )
        return
    echo(f"from rollout {found.first.number} to rollout {found.second.number}:")
    print_changes(found.files, Screen())
    if found.settings:
        print_changes([found.settings], Screen())
    if not found.files and not found.settings:
        echo("no difference")
