# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge rollout``: answer a rollout that waits for a confirmation."""

from __future__ import annotations

import click

from vigo_bridge.app.confirming import answer_rollout, waiting_rollouts
from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import HostOptions, ReportOptions, StackOptions
from vigo_bridge.cli.completion import complete_numbers
from vigo_bridge.cli.options import (
    fleet_options,
    lock_timeout_option,
    output_option,
    report_options,
    stack_options,
)
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.waiting import print_waiting, question_as_data
from vigo_bridge.run.confirmation import ABORT, CONTINUE


@click.group()
def rollout() -> None:
    """Continue or abort a rollout that waits for a confirmation, or undo one that failed."""


@rollout.command("list")
@output_option
def list_(output: str) -> None:
    """List the rollouts that wait for a confirmation."""
    questions = waiting_rollouts()
    if output == "json":
        echo_json([question_as_data(question) for question in questions])
    elif questions:
        print_waiting(questions, Screen())
    else:
        echo("no rollout is waiting for confirmation")


@rollout.command("continue")
@click.argument("number", type=click.IntRange(1), required=False, shell_complete=complete_numbers)
def continue_(number: int | None) -> None:
    """Let rollout NUMBER start its next batch (default: the only one that waits)."""
    question = answer_rollout(number, CONTINUE)
    echo(
        f"rollout {question.number} continues with batch {question.batch + 1} of {question.batches}"
    )


@rollout.command()
@click.argument("number", type=click.IntRange(1), required=False, shell_complete=complete_numbers)
def abort(number: int | None) -> None:
    """Stop rollout NUMBER before its next batch (default: the only one that waits)."""
    question = answer_rollout(number, ABORT)
    echo(f"rollout {question.number} stops after batch {question.batch} of {question.batches}")


@rollout.command()
@click.argument("number", type=click.IntRange(1), required=False, shell_complete=complete_numbers)
@lock_timeout_option
@report_options
@fleet_options
@stack_options
@click.pass_context
def undo(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    shown: ReportOptions,
    number: int | None,
    lock_timeout: float,
) -> None:
    """Roll hosts back to their state before rollout NUMBER (default: the last one).

    Only for a rollout with --on-failure rollback or rollback-all whose own rollback failed or was
    interrupted. Other hosts are not changed.
    """
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.rollback import undo_rollout

        changes = {"lock_timeout": lock_timeout}
        status = undo_rollout(number, stack, hosts, asked, changes, shown)
    context.exit(status)
