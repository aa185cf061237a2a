# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge import``: stacks from what people have already."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

import click

from vigo_bridge.app.import_compose import ImportOptions, import_compose
from vigo_bridge.cli.options import output_option

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_SOURCE = click.Path(path_type=Path, exists=True, allow_dash=True)


@click.group("import")
def import_() -> None:
    """Convert existing files to a stack."""


@import_.command()
@click.argument("files", nargs=-1, type=_SOURCE)
@click.option(
    "-f", "--file", "further", multiple=True, type=_SOURCE, help="The same as FILES; repeatable."
)
@click.option(
    "--stacks",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("stacks"),
    envvar="VIGO_BRIDGE_STACKS",
    show_default=True,
    help="The folder of the stack, new or existing.",
)
@click.option(
    "--match", metavar="PATTERN", help="The hosts of the match entry. Default: this machine's name."
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    help="An active profile; repeatable.  [default: COMPOSE_PROFILES]",
)
@click.option(
    "--env-file",
    "env_files",
    multiple=True,
    type=_FILE,
    help="File to read instead of .env.  [default: COMPOSE_ENV_FILES]",
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Read files that FILES refer to only inside this folder.  [default: their repository, or"
    " else the parent folder of the first]",
)
@click.option(
    "-p", "--project-name", metavar="NAME", help="Project name, like -p of docker compose."
)
@click.option(
    "--allow-lossy", is_flag=True, help="Write the files even if some settings cannot be converted."
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@output_option
def compose(
    files: Sequence[Path],
    further: Sequence[Path],
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
    """Convert compose FILES to configcrates, a role and a match entry.

    FILES are compose files, folders with one, or - for the standard input; later files override
    earlier ones. Without FILES, the compose file of this folder or the nearest one above it is
    read, as by `docker compose`.

    Containers, networks and volumes keep the names that compose
    gives them, so that `run` adopts them. Settings that cannot be converted are reported with their
    location. In this case, nothing is written unless --allow-lossy is given.
    """
    options = ImportOptions(
        match=match or socket.getfqdn(),
        env_files=env_files,
        project=project_name,
        profiles=profiles,
        root=root,
        allow_lossy=allow_lossy,
        force=force,
    )
    import_compose((*files, *further), stacks, options, output)
