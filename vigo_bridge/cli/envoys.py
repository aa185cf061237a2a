# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge envoys``: the hosts that a stack is for."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich.console import Console

from vigo_bridge.cli.hosts import inventory_option, known_names
from vigo_bridge.cli.options import StackOptions, output_option, stack_options
from vigo_bridge.cli.stack import load_valid, refuse_errors
from vigo_bridge.report.envoys import envoys_as_json, print_envoys
from vigo_bridge.resolve import resolve


@click.group()
def envoys() -> None:
    """Look at the hosts that the stack is for."""


@envoys.command("list")
@inventory_option("An Ansible inventory; repeatable. Default: Ansible's own configuration.")
@output_option
@stack_options
def list_envoys(stack: StackOptions, inventory: Sequence[str], output: str) -> None:
    """List the inventory's hosts with what matches them, and those that nothing matches."""
    loaded = load_valid(stack, output)
    plan, diagnostics = resolve(loaded, known_names(inventory), stack.settings)
    refuse_errors(diagnostics, stack.folder, output)
    if output == "json":
        click.echo(json.dumps(envoys_as_json(plan), indent=2, ensure_ascii=False))
    else:
        print_envoys(plan, stack.folder, Console())
