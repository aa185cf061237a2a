# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge import``: stacks from what people have already."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import click

from vigo_bridge.compose.findings import ComposeError, Finding
from vigo_bridge.compose.importer import Import, read_compose, write
from vigo_bridge.report import exit_status

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("import")
def import_() -> None:
    """Make a stack of what you have already."""


@import_.command()
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--stacks",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("stacks"),
    envvar="VIGO_BRIDGE_STACKS",
    show_default=True,
    help="The folder to write into; it may hold other files of a stack.",
)
@click.option(
    "--match", metavar="PATTERN", help="The hosts that get it. Default: this machine's name."
)
@click.option("--profile", "profiles", multiple=True, help="An active profile; repeatable.")
@click.option("--env-file", "env_files", multiple=True, type=_FILE, help="Instead of .env.")
@click.option("-p", "--project-name", metavar="NAME", help="As compose's -p.")
@click.option(
    "--allow-lossy", is_flag=True, help="Write the files even where something is not carried over."
)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@click.pass_context
def compose(
    context: click.Context,
    files: Sequence[Path],
    stacks: Path,
    match: str | None,
    profiles: Sequence[str],
    env_files: Sequence[Path],
    project_name: str | None,
    allow_lossy: bool,
    force: bool,
) -> None:
    """Write configcrates, a role and a match entry that do what compose FILES do.

    Later files override earlier ones. Containers, networks and volumes keep the names that compose
    gives them, so that `run` takes them over. What has no counterpart is named with its place;
    nothing is written then, unless --allow-lossy is given.
    """
    try:
        found = read_compose(
            files,
            os.environ,
            match=match or socket.getfqdn(),
            env_files=env_files,
            project=project_name,
            profiles=profiles,
        )
    except ComposeError as error:
        click.echo(f"{error.finding}\nNothing was written.", err=True)
        context.exit(exit_status.INVALID)
    _tell(found.findings)
    if found.losses and not allow_lossy:
        raise click.ClickException(
            f"{_counted(found.losses)} not be carried over. Nothing was written; change the compose"
            " file, or add --allow-lossy"
        )
    _refuse_overwriting(found, stacks, force)
    write(found.files, stacks)
    _sum_up(found, stacks)


def _counted(losses: int) -> str:
    return "1 thing can" if losses == 1 else f"{losses} things can"


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings:
        click.echo(str(finding), err=True)


def _refuse_overwriting(found: Import, stacks: Path, force: bool) -> None:
    there = [str(stacks / path) for path in found.files if (stacks / path).exists()]
    if there and not force:
        raise click.ClickException(
            f"{', '.join(there)} would be overwritten. Nothing was written; name another folder"
            " with --stacks, or add --force"
        )


def _sum_up(found: Import, stacks: Path) -> None:
    for path in found.files:
        click.echo(f"wrote {stacks / path}")
    if found.stack.secrets:
        click.echo("Put these secrets into a store; their values are in no file of the stack:")
    for secret in found.stack.secrets:
        click.echo(f"  vigo-bridge secrets set {secret.path}    # now in {secret.origin}")
    click.echo("Look at it with: vigo-bridge config validate, then vigo-bridge plan --local")
