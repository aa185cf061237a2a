# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge exec``: a command in containers."""

from __future__ import annotations

from typing import Any

import click

from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.cli.completion import complete_parts
from vigo_bridge.cli.options import fleet_options, output_option, stack_options
from vigo_bridge.cli.task import seconds


@click.command("exec")
@click.argument("resource", shell_complete=complete_parts)
@click.argument("command", nargs=-1, required=True, metavar="-- CMD...", type=click.UNPROCESSED)
@click.option(
    "--timeout", metavar="TIME", help="Time limit, such as 90 or 5m; 0 means none.  [default: 60]"
)
@click.option("-u", "--user", metavar="USER", help="The user in the container.")
@click.option("-w", "--workdir", metavar="FOLDER", help="The folder in the container.")
@click.option(
    "-e",
    "--env",
    "variables",
    multiple=True,
    metavar="KEY=VALUE",
    help="An environment variable for the command. Repeatable.",
)
@click.option(
    "--stdin/--no-stdin",
    default=None,
    help="Whether to pass standard input to the command; one host only. Default: if it is a file"
    " or a pipe, and there is one host.",
)
@click.option(
    "-it",
    "-ti",
    "--tty",
    "terminal",
    is_flag=True,
    help="Open a terminal for the command, such as a shell; one host and one container only.",
)
@output_option
@fleet_options
@stack_options
@click.pass_context
def exec_(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    output: str,
    resource: str,
    command: tuple[str, ...],
    timeout: str | None,
    user: str | None,
    workdir: str | None,
    variables: tuple[str, ...],
    stdin: bool | None,
    terminal: bool,
) -> None:
    """Run CMD in a container, on every host that has it.

    RESOURCE is CRATE/NAME, CRATE, or a glob such as 'shop/*'. Exits with 3 if CMD fails on a host.
    Write -- before CMD. CMD is not run in a shell: use `-- sh -c '...'` for one.
    """
    if terminal and output == "json":
        raise click.UsageError("-it and -o json are mutually exclusive; remove one of them")
    env = dict(map(_variable, variables))
    limit = seconds(timeout)
    given: dict[str, Any] = {"user": user, "chdir": workdir, "env": env}
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.execution import Command, attach, execute

        options = {name: value for name, value in given.items() if value}
        what = Command(command, options, 60.0 if limit is None else limit, stdin)
        if terminal:
            status = attach(resource, what, stack, hosts, asked)
        else:
            status = execute(resource, what, stack, hosts, asked, output)
    context.exit(status)


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.UsageError(f"--env {text}: write KEY=VALUE")
    return name, value
