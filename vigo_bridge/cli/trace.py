# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config trace`` and ``config graph``: one host."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from vigo_bridge.app.hosts import inventory_option, known_hosts
from vigo_bridge.app.stack_loading import load_valid, planned
from vigo_bridge.cli.completion import complete_hosts
from vigo_bridge.cli.options import StackOptions, output_option, stack_options
from vigo_bridge.language.diagnostics import did_you_mean
from vigo_bridge.report.graph import as_dot, as_mermaid
from vigo_bridge.report.picture import as_picture
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.report.trace import print_trace, print_variables, trace_as_json
from vigo_bridge.resolve.trace import Trace
from vigo_bridge.resolve.trace import trace as traced


@click.command()
@click.argument("host", required=False, shell_complete=complete_hosts)
@click.option("--local", is_flag=True, help="This machine, by its FQDN.")
@click.option("--var", "variable", metavar="NAME", help="This variable alone.")
@inventory_option("Show also which variables of this Ansible inventory win over the stack's.")
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
    """Tell what HOST gets, and which line of the stack decided it.

    Without an inventory, HOST is any name: it is held against the match entries.
    """
    found = _trace(_named(host, local, inventory), stack, inventory, output)
    if variable is not None:
        found = _narrowed(found, variable)
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
    help="Mermaid and DOT as text for other programs, SVG as a picture.",
)
@stack_options
def graph(stack: StackOptions, host: str, language: str) -> None:
    """Draw the resources of HOST: what comes first (arrows), what triggers what (dashed).

    Resources that act only when triggered are hexagons. Any host name will do.
    """
    drawing = _trace(host, stack, (), "text").drawing
    echo(_DRAWN[language](drawing), nl=False)


def _named(host: str | None, local: bool, inventory: Sequence[str]) -> str:
    if local and inventory:
        raise click.UsageError("--local is this machine alone; leave --inventory out, or --local")
    if host is None and not local:
        raise click.UsageError("name a HOST, or write --local for this machine")
    return host or socket.getfqdn()


def _trace(host: str, options: StackOptions, inventory: Sequence[str], output: str) -> Trace:
    stack = load_valid(options, output)
    usable, reserved = _variables(host, inventory)
    plan = planned(stack, options, [host], output)
    return traced(stack, plan, options.settings, usable, reserved)


def _variables(host: str, inventory: Sequence[str]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """What the user's inventory gives this host, and that whose names Ansible reserves."""
    if not inventory:
        return {}, {}
    hosts, users = known_hosts(inventory)
    if host not in hosts:
        advice = did_you_mean(host, hosts) or "`ansible-inventory --graph` shows what it holds"
        raise click.ClickException(
            f"the inventory {', '.join(inventory)} has no host {host!r}; {advice}"
        )
    return users.usable.get(host, {}), users.reserved.get(host, {})


def _narrowed(found: Trace, name: str) -> Trace:
    """The same with one variable alone."""
    variables = tuple(variable for variable in found.variables if variable.name == name)
    if not variables:
        names = [variable.name for variable in found.variables]
        advice = did_you_mean(name, names) or f"`config search {name}` finds it in other places"
        raise click.ClickException(f"{found.host} has no variable {name!r}; {advice}")
    return replace(found, variables=variables)
