# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge logs``."""

from __future__ import annotations

import click

from vigo_bridge.app.hosts import finding_hosts
from vigo_bridge.app.options import REACH_THROUGH_A_NODE, HostOptions, StackOptions
from vigo_bridge.cli.options import (
    host_options,
    output_option,
    resources_argument,
    stack_options,
)


def _refuse_mesh(_context: click.Context, _parameter: click.Parameter, file: str | None) -> None:
    if file is not None:
        raise click.UsageError(f"--mesh: logs are not read through nodes; {REACH_THROUGH_A_NODE}")


@click.command()
@resources_argument(required=False)
@click.option(
    "-f",
    "--follow",
    is_flag=True,
    help="Continue with new lines until Ctrl-C, also when containers are restarted or replaced.",
)
@click.option(
    "--tail",
    metavar="N",
    help="The last N lines of each container, or 'all'. With --grep, N matching lines. Default:"
    " 100, with --follow 10, and all with --since, --until or --grep.",
)
@click.option(
    "--since",
    default="",
    metavar="TIME",
    help="Lines from this time on: 10m for the last ten minutes, or 2026-11-29T13:00:00Z.",
)
@click.option("--until", default="", metavar="TIME", help="Lines until this time.")
@click.option(
    "--grep", default="", metavar="REGEX", help="Lines with this regular expression of Python."
)
@click.option("-t", "--timestamps", "with_time", is_flag=True, help="Show the time of each line.")
@click.option(
    "--raw",
    is_flag=True,
    help="Print control characters as they are. Containers can then change what your terminal"
    " shows.",
)
@click.option("--mesh", hidden=True, callback=_refuse_mesh, expose_value=False)
@output_option
@host_options
@stack_options
@click.pass_context
def logs(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    output: str,
    resources: tuple[str, ...],
    follow: bool,
    tail: str | None,
    since: str,
    until: str,
    grep: str,
    with_time: bool,
    raw: bool,
) -> None:
    """Show the logs of the stack's containers on all hosts, merged by time.

    RESOURCE is CRATE, CRATE/NAME, or a glob such as 'shop/*'. Each line begins with its host and
    container.
    """
    if follow and until:
        raise click.UsageError("--follow and --until are mutually exclusive; remove one of them")
    if raw and output == "json":
        raise click.UsageError("--raw and -o json are mutually exclusive; remove one of them")
    number = _number(tail)
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.logs import LogOptions
        from vigo_bridge.app.logs import logs as show_logs

        wanted = LogOptions(follow, number, tail is not None, since, until, grep, with_time, raw)
        status = show_logs(resources, wanted, stack, hosts, asked, output)
    context.exit(status)


def _number(tail: str | None) -> int | None:
    if tail is None or tail == "all":
        return None
    if not (tail.isascii() and tail.isdigit() and len(tail) < 10):
        raise click.UsageError(f"--tail {tail}: expected a number of lines, or 'all'")
    return int(tail)
