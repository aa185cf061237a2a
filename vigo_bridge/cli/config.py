# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config``: looks at a stack without any host."""

from __future__ import annotations

import click

from vigo_bridge.cli.options import StackOptions, output_option, stack_options
from vigo_bridge.cli.stack import show
from vigo_bridge.language import load
from vigo_bridge.language.diagnostics import has_errors
from vigo_bridge.report import exit_status
from vigo_bridge.resolve import check


@click.group()
def config() -> None:
    """Look at a stack without touching any host."""


@config.command()
@click.option("--strict", is_flag=True, help="Warnings count as errors.")
@output_option
@stack_options
@click.pass_context
def validate(context: click.Context, stack: StackOptions, strict: bool, output: str) -> None:
    """Name every error and warning of the stack at once."""
    diagnostics = check(load(stack.folder), stack.settings)
    show(diagnostics, stack.folder, output)
    warned = any(diagnostic.severity == "warning" for diagnostic in diagnostics)
    if has_errors(diagnostics) or (strict and warned):
        context.exit(exit_status.INVALID)
