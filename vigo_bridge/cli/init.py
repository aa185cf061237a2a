# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge init``: a stack to start from."""

from __future__ import annotations

import socket
from pathlib import Path

import click

from vigo_bridge.app.next_step import plan_call
from vigo_bridge.app.start import write_starter
from vigo_bridge.report.printing import echo
from vigo_bridge.starter import SCHEMAS


@click.command()
@click.argument(
    "folder",
    metavar="[DIR]",
    required=False,
    default="stacks",
    type=click.Path(path_type=Path, file_okay=False),
)
@click.option(
    "--match", metavar="PATTERN", help="The hosts of the match entry. Default: this machine."
)
def init(folder: Path, match: str | None) -> None:
    """Create a small working stack in DIR.

    DIR must be new or empty; the default is `stacks`. The files refer to JSON Schemas in
    DIR/.schema, for editors.
    """
    pattern = match or socket.getfqdn()
    for path in write_starter(folder, pattern):
        echo(f"wrote {path}")
    echo(f"wrote {folder / SCHEMAS} (JSON Schemas, for editors)")
    echo(f"Next step: {plan_call(folder, pattern)}")
