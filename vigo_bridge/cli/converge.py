# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge plan`` and ``vigo-bridge run``: the main job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from ansible_collections.vigo.bridge.plugins.plugin_utils.secret_stores import StoreError
from ansible_collections.vigo.bridge.plugins.plugin_utils.secrets import (
    UnknownSecrets,
    look_up,
    short,
)
from vigo_bridge.cli.hosts import Hosts, find_hosts
from vigo_bridge.cli.options import (
    HostOptions,
    StackOptions,
    host_options,
    output_option,
    stack_options,
)
from vigo_bridge.cli.stack import load_valid, planned
from vigo_bridge.cli.stores import stores_of
from vigo_bridge.emit.bundle import write_bundle
from vigo_bridge.language.position import Position
from vigo_bridge.report.exit_status import exit_status
from vigo_bridge.report.json_report import run_as_json
from vigo_bridge.report.terminal import print_run
from vigo_bridge.resolve.plan import Plan
from vigo_bridge.resolve.secret_uses import secret_uses
from vigo_bridge.run.converge import RunOptions, converge
from vigo_bridge.run.private_folder import private_folder
from vigo_bridge.run.results import RunResult


@click.command()
@output_option
@host_options
@stack_options
@click.pass_context
def plan(context: click.Context, stack: StackOptions, hosts: HostOptions, output: str) -> None:
    """Show what `run` would change. Touches nothing; exits 2 when changes are pending."""
    context.exit(_converge(stack, hosts, output, check_mode=True))


@click.command()
@click.option(
    "--prune", is_flag=True, help="Remove containers of this stack that it no longer names."
)
@click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another run on a host to end.",
)
@output_option
@host_options
@stack_options
@click.pass_context
def run(
    context: click.Context,
    stack: StackOptions,
    hosts: HostOptions,
    output: str,
    prune: bool,
    lock_timeout: float,
) -> None:
    """Bring the hosts to what the stack says."""
    context.exit(
        _converge(stack, hosts, output, check_mode=False, prune=prune, lock_timeout=lock_timeout)
    )


def _converge(
    stack: StackOptions,
    options: HostOptions,
    output: str,
    check_mode: bool,
    prune: bool = False,
    lock_timeout: float = 30,
) -> int:
    loaded = load_valid(stack, output)
    hosts = find_hosts(options)
    plan = planned(loaded, stack, hosts.names, output)
    secrets = _secrets(secret_uses(plan, loaded), stack.folder)
    with private_folder() as private:
        how = RunOptions(
            check_mode=check_mode,
            forks=options.forks,
            become=options.become,
            prune=prune,
            lock_timeout=lock_timeout,
            ansible_verbosity=_ansible_verbosity(options.verbosity, output),
        )
        result = _run(plan, hosts, secrets, how, private)
    if output == "json":
        click.echo(run_as_json(result))
    else:
        print_run(result, Console(), diffs=check_mode, everything=options.verbosity > 0)
    return exit_status(result)


def _run(
    plan: Plan,
    hosts: Hosts,
    secrets: dict[str, str],
    how: RunOptions,
    private: Path,
) -> RunResult:
    project = private / "project"
    write_bundle(plan, project, hosts.variables)
    matched = [host for group in plan.groups for host in group.hosts]
    if plan.unmatched:
        _say(f"no match entry for {', '.join(plan.unmatched)}: left alone")
    return converge(project, hosts.sources, matched, secrets, how, private, _progress)


def _secrets(uses: Mapping[str, Sequence[Position]], folder: Path) -> dict[str, str]:
    """The values of all secrets that the plan names; ends if no store has one."""
    try:
        values = look_up(uses, stores_of(folder))
    except StoreError as error:
        raise click.ClickException(f"{error}\nNothing was touched.") from error
    except UnknownSecrets as error:
        places = [
            f"{folder / str(position) if position.line else position}: uses secret:{path}"
            for path, positions in uses.items()
            for position in positions
        ]
        lines = "\n".join([str(error), *places, "Nothing was touched."])
        raise click.ClickException(lines) from error
    warning = short(values)
    if warning is not None:
        _say(f"warning: {warning}")
    return values


def _ansible_verbosity(verbosity: int, output: str) -> int | None:
    """``-v`` shows more of ours; from ``-vv`` on, Ansible's own output is shown too."""
    return verbosity - 2 if verbosity >= 2 and output == "text" else None


def _progress(host: str, outcome: str) -> None:
    _say(f"{host} {outcome}")


def _say(text: str) -> None:
    click.echo(f"{datetime.now():%H:%M:%S} {text}", err=True)
