# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge generate``: the Ansible project that ``run`` uses, to keep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from vigo_bridge.app.generation import generate_project
from vigo_bridge.app.options import HostOptions, StackOptions
from vigo_bridge.cli.options import Command, gathered, host_options, stack_options
from vigo_bridge.cli.seconds import every_option
from vigo_bridge.report.printing import echo

#: Seconds between two turns of a host: each one is a fetch from the repository's server.
_SHORTEST = 30.0
_OF_PULL = ("url", "ref", "require_signed", "secrets", "every", "prune")


def _pull_options(command: Command) -> Command:
    """Add the options of pull mode; the command gets them as ``pull``."""
    return gathered(
        command,
        "pull",
        _pull,
        click.option(
            "--pull",
            is_flag=True,
            help="Write a Git repository from which each selected host converges itself with"
            " ansible-pull, in bundle style. With --local --as NAME: for this host alone.",
        ),
        click.option(
            "--git", "url", metavar="URL", help="With --pull: the URL from which hosts fetch."
        ),
        click.option(
            "--ref", metavar="NAME", help="With --pull: the branch or tag that hosts use."
        ),
        click.option(
            "--require-signed",
            is_flag=True,
            help="With --pull: hosts use only commits with a signature that git accepts.",
        ),
        click.option(
            "--secrets",
            metavar="DIR",
            help="With --pull: the folder on each host with its own secret stores.",
        ),
        every_option(_SHORTEST, "With --pull: how often each host converges itself."),
        click.option(
            "--prune",
            is_flag=True,
            help="With --pull: hosts remove containers that are no longer in the stack.",
        ),
    )


def _pull(**given: Any) -> Any:
    """Return the options of pull mode; None without --pull."""
    from vigo_bridge.app.pull_project import PullOptions

    source = click.get_current_context().get_parameter_source
    chosen = [name for name in _OF_PULL if source(name) is click.core.ParameterSource.COMMANDLINE]
    if not given.pop("pull"):
        if chosen:
            name = "git" if chosen[0] == "url" else chosen[0].replace("_", "-")
            raise click.UsageError(f"--{name} requires --pull")
        return None
    if not given["url"]:
        raise click.UsageError("--pull requires --git URL, the repository that hosts fetch")
    if source("style") is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("--pull and --style are mutually exclusive; remove --style")
    return PullOptions(**given)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--style",
    type=click.Choice(["bundle", "tasks"]),
    default="bundle",
    show_default=True,
    help="bundle: one call per host, as in `run`. tasks: roles, tasks and handlers that people"
    " can edit.",
)
@_pull_options
@host_options
@stack_options
def generate(folder: Path, style: str, pull: Any, stack: StackOptions, hosts: HostOptions) -> None:
    """Write the Ansible project to FOLDER.

    FOLDER must be new or empty. With --pull, it can also have the files of an earlier call, which
    are replaced.
    """
    if pull is not None:
        from vigo_bridge.app.pull_project import generate_pull_project

        generate_pull_project(folder, pull, stack, hosts)
        return
    generate_project(folder, style, stack, hosts)
    echo(f"Wrote {folder}. Run it with: cd {folder} && ansible-playbook site.yml")
