# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config validate``."""

from __future__ import annotations

from collections.abc import Sequence

import click

from vigo_bridge.app.options import StackOptions
from vigo_bridge.app.stack_loading import show
from vigo_bridge.app.validation import validated
from vigo_bridge.cli.options import inventory_option, stack_options
from vigo_bridge.language.diagnostics import has_errors
from vigo_bridge.report import exit_status


@click.command()
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(["text", "json", "sarif"]),
    default="text",
    help="Text for people, one JSON document, or SARIF 2.1.0 for code scanners.",
)
@inventory_option("Also report variables of this Ansible inventory that override the stack's.")
@stack_options
@click.pass_context
def validate(
    context: click.Context,
    stack: StackOptions,
    inventory: Sequence[str],
    strict: bool,
    output: str,
) -> None:
    """Report all errors and warnings of the stack.

    Programs of the stack are not run, and secret stores are not queried. With -i, Ansible reads
    the inventory, and runs it if it is a program.
    """
    diagnostics = validated(stack, inventory)
    show(diagnostics, stack.folder, output)
    warned = any(diagnostic.severity == "warning" for diagnostic in diagnostics)
    if has_errors(diagnostics) or (strict and warned):
        context.exit(exit_status.INVALID)
