# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge import``: stacks from what people have already."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from pathlib import Path

import click

from vigo_bridge.app.next_step import plan_call, stacks_option
from vigo_bridge.app.writing import writing
from vigo_bridge.cli.options import output_option
from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.importer import Import, read_compose, write
from vigo_bridge.report import exit_status
from vigo_bridge.report.compose import as_text, error_as_data, import_as_data
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.wording import counted

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
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Read no file outside this folder that FILES name.  [default: the repository that they"
    " are in, else the folder above the first]",
)
@click.option("-p", "--project-name", metavar="NAME", help="As compose's -p.")
@click.option(
    "--allow-lossy", is_flag=True, help="Write the files even where something is not carried over."
)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@output_option
@click.pass_context
def compose(
    context: click.Context,
    files: Sequence[Path],
    stacks: Path,
    match: str | None,
    profiles: Sequence[str],
    env_files: Sequence[Path],
    root: Path | None,
    project_name: str | None,
    allow_lossy: bool,
    force: bool,
    output: str,
) -> None:
    """Write configcrates, a role and a match entry that do what compose FILES do.

    Later files override earlier ones. Containers, networks and volumes keep the names that compose
    gives them, so that `run` takes them over. What has no counterpart is named with its place;
    nothing is written then, unless --allow-lossy is given.
    """
    pattern = match or socket.getfqdn()
    try:
        found = read_compose(
            files,
            os.environ,
            match=pattern,
            env_files=env_files,
            project=project_name,
            profiles=profiles,
            root=root,
            folder=stacks,
        )
    except ComposeError as error:
        echo(f"{as_text(error.finding)}\nNothing was written.", err=True)
        if output == "json":
            echo_json(error_as_data(error.finding))
        context.exit(exit_status.INVALID)
    for finding in found.findings:
        echo(as_text(finding), err=True)
    refusal = _losses(found, allow_lossy) or _overwritten(found, stacks, force)
    if not refusal:
        with writing("name another folder with --stacks"):
            write(found.files, stacks)
    if output == "json":
        echo_json(import_as_data(found, stacks, refusal))
    elif not refusal:
        _sum_up(found, stacks, pattern)
    if refusal:
        raise click.ClickException(refusal)


def _losses(found: Import, allowed: bool) -> str:
    if not found.losses or allowed:
        return ""
    return (
        f"{counted(found.losses, 'key')} cannot be carried over. Nothing was"
        " written; change the compose file, or add --allow-lossy"
    )


def _overwritten(found: Import, stacks: Path, allowed: bool) -> str:
    there = [str(stacks / path) for path in found.files if (stacks / path).exists()]
    if not there or allowed:
        return ""
    return (
        f"{', '.join(there)} would be overwritten. Nothing was written; name another folder"
        " with --stacks, or add --force"
    )


def _sum_up(found: Import, stacks: Path, pattern: str) -> None:
    for path in found.files:
        echo(f"wrote {stacks / path}")
    if found.stack.secrets:
        echo("Put these secrets into a store; the files of the stack do not contain their values:")
    for secret in found.stack.secrets:
        echo(f"  vigo-bridge secrets set {secret.path}    # now: {secret.origin}")
    validate = f"vigo-bridge config validate{stacks_option(stacks)}"
    echo(f"Look at it with: {validate}, then {plan_call(stacks, pattern)}")
