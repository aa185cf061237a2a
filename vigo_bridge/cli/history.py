# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge history``: what became of earlier rollouts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import click

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import InvalidData
from vigo_bridge.app.rollout_job import history as past
from vigo_bridge.cli.options import output_option
from vigo_bridge.report.history import print_history, record_as_data
from vigo_bridge.report.json_report import run_from_data
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.terminal import print_run


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise click.ClickException(
            f"cannot read the history: {explained(error)}. XDG_STATE_HOME may name another folder"
        ) from error


@click.group(invoke_without_command=True)
@output_option
@click.pass_context
def history(context: click.Context, output: str) -> None:
    """List the rollouts of this user on this machine, the latest last."""
    if context.invoked_subcommand is not None:
        return
    with _readable():
        records = past().records()
    if output == "json":
        found = [record_as_data(record) for record in records]
        echo_json(found)
    elif records:
        print_history(records, Screen())
    else:
        echo("no rollouts yet")


@history.command()
@click.argument("number", type=click.IntRange(1))
@click.option("-v", "verbosity", count=True, help="Unchanged resources too.")
@output_option
def show(number: int, output: str, verbosity: int) -> None:
    """Show the result of one rollout as it was shown then."""
    with _readable():
        record = past().get(number)
        known = [] if record else [str(known.number) for known in past().records()]
    if record is None:
        there = f"there are {known[0]} to {known[-1]}" if known else "there are none yet"
        raise click.ClickException(f"no rollout {number} is remembered; {there}")
    if not record.result:
        raise click.ClickException(
            f"rollout {number} ({record.status}) has finished no batch; there is nothing to show"
        )
    if output == "json":
        echo_json(record.result)
        return
    try:
        result = run_from_data(record.result)
    except InvalidData as error:
        raise click.ClickException(
            f"the result of rollout {number} cannot be shown: {error}; another version of"
            " vigo-bridge or another program wrote it. Use -o json to print it unchanged"
        ) from error
    echo(f"rollout {number}: {record.command}, {record.started}, {record.status}")
    print_run(result, Screen(), diffs=True, everything=verbosity > 0)
