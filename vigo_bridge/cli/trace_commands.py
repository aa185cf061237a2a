# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config trace`` and ``config graph``: one host."""

from __future__ import annotations

import socket
from collections.abc import Sequence

import click

from vigo_bridge.app.options import StackOptions
from vigo_bridge.app.tracing import trace_of, with_variable
from vigo_bridge.cli.completion import complete_hosts
from vigo_bridge.cli.options import inventory_option, output_option, stack_options
from vigo_bridge.report.graph import as_dot, as_mermaid
from vigo_bridge.report.picture import as_picture
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.trace import print_trace, print_variables, trace_as_json


@click.command()
@click.argument("host", required=False, shell_complete=complete_hosts)
@click.option("--local", is_flag=True, help="Use the FQDN of this machine as HOST.")
@click.option("--var", "variable", metavar="NAME", help="Show only this variable.")
@inventory_option("Also show variables of this Ansible inventory that override the stack's.")
@output_option
@stack_options
def trace(
    stack: StackOptions,
    inventory: Sequence[str],
    host: str | None,
    local: bool,
    variable: str | None,
    output: str,
) -> None:
    """Show what HOST gets, and the lines of the stack that define it.

    Without an inventory, HOST can be any name. It is compared with the match entries.
    """
    found = trace_of(_named(host, local, inventory), stack, inventory, output)
    if variable is not None:
        found = with_variable(found, variable)
    if output == "json":
        echo_json(trace_as_json(found))
    elif variable is not None:
        print_variables(found.variables, stack.folder, Screen())
    else:
        print_trace(found, stack.folder, Screen())


_DRAWN = {"mermaid": as_mermaid, "dot": as_dot, "svg": as_picture}


@click.command()
@click.argument("host", shell_complete=complete_hosts)
@click.option(
    "--format",
    "language",
    type=click.Choice(["mermaid", "dot", "svg"]),
    default="mermaid",
    show_default=True,
    help="Mermaid or DOT for other programs, or SVG as a picture.",
)
@stack_options
def graph(stack: StackOptions, host: str, language: str) -> None:
    """Draw the resource graph of HOST.

    An arrow points to a resource that runs later. A dashed arrow is a trigger. A hexagon is a
    resource that runs only when triggered. HOST can be any name.
    """
    drawing = trace_of(host, stack, (), "text").drawing
    echo(_DRAWN[language](drawing), nl=False)


def _named(host: str | None, local: bool, inventory: Sequence[str]) -> str:
    if local and inventory:
        raise click.UsageError("--local runs on this machine only; remove --inventory, or --local")
    if host is None and not local:
        raise click.UsageError("add HOST, or --local for this machine")
    return host or socket.getfqdn()
