# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge task``: one command on many hosts. Needs no stack."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ansible_collections.vigo.bridge.plugins.module_utils.common import durations
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from vigo_bridge.app.options import HostOptions, Rollout, StackOptions
from vigo_bridge.app.stack_loading import refuse_errors
from vigo_bridge.app.task import TaskRun, run_task
from vigo_bridge.cli.completion import complete_hosts
from vigo_bridge.cli.options import fleet_options, output_option, stack_options
from vigo_bridge.cli.rollout_flags import rollout_options
from vigo_bridge.failures import WrongUsage
from vigo_bridge.language import load
from vigo_bridge.language.model import Task
from vigo_bridge.report.columns import print_rows
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.wording import counted


@click.group()
def task() -> None:
    """Run a command on many hosts."""


@task.command("list")
@output_option
@stack_options
def list_(stack: StackOptions, output: str) -> None:
    """List the tasks that the stack defines for `task run`."""
    loaded = load(stack.folder)
    refuse_errors(loaded.diagnostics, stack.folder, output)
    tasks = sorted(loaded.tasks.values(), key=lambda known: known.name)
    if output == "json":
        echo_json([_as_data(known) for known in tasks])
        return
    rows = [(known.name, ", ".join(known.params), known.command.text) for known in tasks]
    print_rows(Screen(), "", rows)
    echo(counted(len(tasks), "task"))


@task.command()
@click.argument("command", metavar="CMD")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="HOST|GLOB|TRAIT=VALUE",
    shell_complete=complete_hosts,
    help="Hosts to run on. Names and globs select hosts; traits such as os.distro=debian filter"
    " them. Repeatable.",
)
@click.option(
    "--timeout", metavar="TIME", help="Time limit, such as 90 or 5m.  [default: 60 seconds]"
)
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="KEY=VALUE",
    help="Value of .Vars.KEY in the command. Repeatable.",
)
@click.option("--dry-run", is_flag=True, help="Only print the batches.")
@rollout_options
@output_option
@fleet_options
@stack_options
@click.pass_context
def run(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    output: str,
    rollout: Rollout,
    command: str,
    targets: Sequence[str],
    timeout: str | None,
    params: Sequence[str],
    dry_run: bool,
) -> None:
    """Run CMD on the hosts that --target selects.

    CMD is a shell command, or the name of a task in the stack.
    """
    asked = TaskRun(command, dict(map(_param, params)), targets, seconds(timeout), dry_run)
    try:
        context.exit(run_task(asked, stack, hosts, rollout, output))
    except WrongUsage as error:  # in this command's own context, for its usage
        raise click.UsageError(str(error)) from error


def _as_data(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "command": task.command.text,
        "params": {name: value.data for name, value in task.params.items()},
        "target": [target.text for target in task.target],
        **task.options,
    }


def _param(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.UsageError(f"--param {text}: write KEY=VALUE")
    return name.strip(), value


def seconds(text: str | None) -> float | None:
    """Return the seconds of ``--timeout``. Raise click.UsageError."""
    try:
        return None if text is None else durations.seconds(text, "--timeout")
    except ResourceError as error:
        raise click.UsageError(str(error)) from error
