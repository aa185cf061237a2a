# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config validate``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from vigo_bridge.app.hosts import inventory_option, known_hosts
from vigo_bridge.app.stack_loading import show
from vigo_bridge.cli.options import StackOptions, stack_options
from vigo_bridge.language import Diagnostic, Stack, load
from vigo_bridge.language.diagnostics import Diagnostics, has_errors
from vigo_bridge.report import exit_status
from vigo_bridge.resolve import check, resolve
from vigo_bridge.resolve.overrides import note_overrides, warn_of_reserved
from vigo_bridge.secrets.stores import findings as secret_findings


@click.command()
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    help="Text for people, one JSON document, or SARIF 2.1.0 for code scanners.",
)
@inventory_option("Note also which variables of this Ansible inventory win over the stack's.")
@stack_options
@click.pass_context
def validate(
    context: click.Context,
    stack: StackOptions,
    inventory: Sequence[str],
    strict: bool,
    output: str,
) -> None:
    """Name every error and warning of the stack at once.

    Nothing of the stack is run, and no secret store is asked. With an inventory, Ansible reads
    that one, and runs it if it is a program.
    """
    loaded = load(stack.folder)
    diagnostics = (*check(loaded, stack.settings), *secret_findings(loaded))
    if inventory:
        diagnostics = (*diagnostics, *_of_hosts(loaded, stack, inventory))
    found = Diagnostics()
    found.extend(diagnostics)
    diagnostics = found.sorted()
    show(diagnostics, stack.folder, output)
    warned = any(diagnostic.severity == "warning" for diagnostic in diagnostics)
    if has_errors(diagnostics) or (strict and warned):
        context.exit(exit_status.INVALID)


def _of_hosts(
    stack: Stack, options: StackOptions, inventory: Sequence[str]
) -> tuple[Diagnostic, ...]:
    """What can be said only when it is known which hosts there are."""
    hosts, users = known_hosts(inventory)
    plan, diagnostics = resolve(stack, hosts, options.settings)
    return (
        *diagnostics,
        *note_overrides(plan, users.usable, options.settings),
        *warn_of_reserved(plan, users.reserved, options.settings),
    )
