# SPDX-License-Identifier: GPL-3.0-or-later
"""All commands of the program."""

from __future__ import annotations

from collections.abc import Iterator

import click

from vigo_bridge.cli.lazy_commands import Later
from vigo_bridge.cli.program import program


def all_commands(
    group: click.Group = program, before: str = ""
) -> Iterator[tuple[str, click.Command]]:
    """Yield each command and its full name, such as `envoys push`."""
    for name, command in group.commands.items():
        found = command.command() if isinstance(command, Later) else command
        if isinstance(found, click.Group):
            yield from all_commands(found, f"{before}{name} ")
        else:
            yield f"{before}{name}", found


def has_mesh(command: click.Command) -> bool:
    """Return whether a command has ``--mesh``, and its help shows it."""
    options = (each for each in command.params if isinstance(each, click.Option))
    return any(each.name == "mesh" and not each.hidden for each in options)
