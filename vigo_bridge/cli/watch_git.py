# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``vigo-bridge watch`` for a stack in a Git repository."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vigo_bridge.cli.options import Command, gathered

if TYPE_CHECKING:
    from vigo_bridge.watch.sources.repository import GitSource

#: The variable that can hold the URL, so that credentials in it are in no list of processes.
VARIABLE = "VIGO_BRIDGE_GIT"


@dataclass(frozen=True)
class GitCall:
    """What the options say; url: None for a stack in a folder."""

    url: str | None
    ref: str | None
    path: str | None
    require_signed: bool
    accept: str | None
    secrets: Path | None


def git_options(command: Command) -> Command:
    """Add the options of a repository; the command gets them as ``git``."""
    return gathered(
        command,
        "git",
        _call,
        click.option(
            "--git",
            "url",
            metavar="URL",
            envvar=VARIABLE,
            help="Use the stack in this Git repository, instead of a folder.",
        ),
        click.option("--ref", metavar="NAME", help="The branch or tag. Default: the default one."),
        click.option("--path", metavar="DIR", help="The stack's folder in the repository."),
        click.option(
            "--require-signed",
            is_flag=True,
            help="Use only commits, or annotated tags, with a signature that git accepts.",
        ),
        click.option(
            "--accept",
            metavar="COMMIT",
            help="Let the watcher use this commit although history was rewritten, and end.",
        ),
        click.option(
            "--secrets",
            metavar="DIR",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="The folder of this machine with secrets.yml and vault files. Default: those of"
            " the repository.",
        ),
    )


def _call(**given: Any) -> GitCall:
    call = GitCall(**given)
    context = click.get_current_context()
    if call.url is None:
        for name in ("ref", "path", "require_signed", "accept", "secrets"):
            if getattr(call, name):
                raise click.UsageError(f"--{name.replace('_', '-')} requires --git")
    elif context.get_parameter_source("stacks") is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError(
            "--git and --stacks are mutually exclusive; use --path for a folder in the repository"
        )
    return call


def git_source(call: GitCall) -> GitSource:
    """Return the source of a stack in a repository."""
    from vigo_bridge.run.state import controller_folder
    from vigo_bridge.watch.sources.repository import GitOptions, GitSource

    secrets = call.secrets.absolute() if call.secrets else None
    options = GitOptions(call.url or "", call.ref, call.path, call.require_signed, secrets)
    return GitSource(options, controller_folder())
