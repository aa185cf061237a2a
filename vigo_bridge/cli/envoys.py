# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge envoys``: the hosts that a stack is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import click

from vigo_bridge.app.hosts import Hosts, finding_hosts, known_names
from vigo_bridge.app.options import HostOptions, ReportOptions, Rollout, StackOptions
from vigo_bridge.cli.completion import complete_hosts
from vigo_bridge.cli.options import (
    fleet_options,
    inventory_option,
    output_option,
    report_options,
    stack_options,
)
from vigo_bridge.cli.rollout_flags import rollout_options
from vigo_bridge.cli.run import Changes, change_options
from vigo_bridge.report.printing import echo_json


@click.group()
def envoys() -> None:
    """List the hosts of the stack, and converge them."""


@envoys.command("list")
@inventory_option("An Ansible inventory; repeatable. Default: Ansible's own configuration.")
@output_option
@stack_options
def list_envoys(stack: StackOptions, inventory: Sequence[str], output: str) -> None:
    """List the hosts of the inventory with their match entries."""
    from vigo_bridge.app.stack_loading import load_valid, resolved
    from vigo_bridge.report.envoys import envoys_as_json, print_envoys
    from vigo_bridge.report.screen import Screen

    plan = resolved(load_valid(stack, output), stack, known_names(inventory), output)
    if output == "json":
        echo_json(envoys_as_json(plan))
    else:
        print_envoys(plan, stack.folder, Screen())


@envoys.command()
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...", shell_complete=complete_hosts)
@click.option("--all", "everyone", is_flag=True, help="All hosts of the inventory.")
@change_options
@rollout_options
@report_options
@fleet_options
@stack_options
@click.pass_context
def push(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    shown: ReportOptions,
    rollout: Rollout,
    changes: Changes,
    patterns: Sequence[str],
    everyone: bool,
) -> None:
    """Converge hosts, like `run`.

    Select all hosts with --all, or the hosts whose names match a PATTERN.
    """
    if everyone == bool(patterns):
        raise click.UsageError("add a PATTERN such as '*.app.example.com', or --all")
    with finding_hosts(hosts) as asked:
        from vigo_bridge.app.plan_and_run import converge
        from vigo_bridge.app.targets import named

        def chosen() -> Hosts:
            found = asked()
            return replace(found, names=named(patterns, found.names)) if patterns else found

        status = converge("envoys push", stack, hosts, chosen, rollout, changes, shown)
    context.exit(status)
