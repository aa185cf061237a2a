# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge import``: stacks from what people have already."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from vigo_bridge.app.import_compose import ComposeOptions, import_compose
from vigo_bridge.app.import_running import import_containers, import_running
from vigo_bridge.app.import_secrets import KINDS, NAMES, StoreOptions
from vigo_bridge.app.importing import ImportOptions
from vigo_bridge.cli.options import gathered, output_option

Command = TypeVar("Command", bound=Callable[..., Any])

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_SOURCE = click.Path(path_type=Path, exists=True, allow_dash=True)


def import_options(command: Command) -> Command:
    """Add the options of all imports; the command gets them as ``options``."""

    def collected(
        stacks: Path,
        match: str | None,
        allow_lossy: bool,
        force: bool,
        store: str,
        vault_password_file: Path | None,
    ) -> ImportOptions:
        kept = StoreOptions(store, vault_password_file)
        return ImportOptions(stacks, match or socket.getfqdn(), allow_lossy, force, kept)

    return gathered(
        command,
        "options",
        collected,
        click.option(
            "--stacks",
            type=click.Path(path_type=Path, file_okay=False),
            default=Path("stacks"),
            envvar="VIGO_BRIDGE_STACKS",
            show_default=True,
            help="The folder of the stack, new or existing.",
        ),
        click.option(
            "--match",
            metavar="PATTERN",
            help="The hosts of the match entry. Default: this machine's name.",
        ),
        click.option(
            "--allow-lossy",
            is_flag=True,
            help="Write the files even if some settings cannot be converted.",
        ),
        click.option("--force", is_flag=True, help="Overwrite existing files."),
        click.option(
            "--store",
            type=click.Choice(KINDS),
            default=NAMES,
            show_default=True,
            help="Where the values of secrets go: nowhere (names), to the stack's vault file, or to"
            " a file that sets variables of the environment.",
        ),
        click.option(
            "--vault-password-file",
            type=_FILE,
            help="The file with the password of the vault. Default: the one in Ansible's"
            " configuration, or else a new one.",
        ),
    )


@click.group("import")
def import_() -> None:
    """Convert existing files to a stack."""


@import_.command()
@click.argument("files", nargs=-1, type=_SOURCE)
@click.option(
    "-f", "--file", "further", multiple=True, type=_SOURCE, help="The same as FILES; repeatable."
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
@import_options
@output_option
def compose(
    files: Sequence[Path],
    further: Sequence[Path],
    profiles: Sequence[str],
    env_files: Sequence[Path],
    root: Path | None,
    project_name: str | None,
    options: ImportOptions,
    output: str,
) -> None:
    """Convert compose FILES to configcrates, a role and a match entry.

    FILES are compose files, folders with one, or - for the standard input; later files override
    earlier ones. Without FILES, the compose file of this folder or the nearest one above it is
    read, as by `docker compose`.

    Containers, networks and volumes keep the names that compose
    gives them, so that `run` adopts them. Settings that cannot be converted are reported with their
    location. In this case, nothing is written unless --allow-lossy is given.

    Secrets become references. With --store, their values are added to a store of the stack, so that
    `plan` can compare them.
    """
    reading = ComposeOptions(
        env_files=env_files, project=project_name, profiles=profiles, root=root
    )
    import_compose((*files, *further), reading, options, output)


@import_.command()
@click.argument("project")
@import_options
@output_option
def running(project: str, options: ImportOptions, output: str) -> None:
    """Convert the containers of a compose PROJECT, without its compose file.

    The containers are read from the engine of this machine, or of DOCKER_HOST; nothing on it is
    changed. What comes from their images is not written. Containers, networks and volumes keep
    their names, so that `run` adopts them.

    If you have the compose file, use `import compose`: it also keeps variables and comments.
    """
    import_running(project, options, output)


@import_.command()
@click.argument("names", nargs=-1, required=True)
@click.option(
    "-p",
    "--project-name",
    metavar="NAME",
    help="The name of the configcrate and the role.  [default: the first container's]",
)
@import_options
@output_option
def container(
    names: Sequence[str], project_name: str | None, options: ImportOptions, output: str
) -> None:
    """Convert the containers NAMES, for example of `docker run`.

    Like `import running`, but for containers given by name or ID.
    """
    import_containers(names, project_name, options, output)
