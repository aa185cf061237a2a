# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge mesh``: what runs on the nodes of a mesh."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from vigo_bridge.report import exit_status


@click.group()
def mesh() -> None:
    """Run parts of a rollout on this machine, as a node of a mesh."""


@mesh.command()
@click.option(
    "--secrets-socket",
    type=click.Path(path_type=Path),
    help="The Receptor socket through which to ask the controller for secrets.",
)
@click.pass_context
def worker(context: click.Context, secrets_socket: Path | None) -> None:
    """Run the work unit on standard input.

    The controller starts this command over SSH or with Receptor, and reads its standard output.
    """
    from vigo_bridge.mesh.worker import work

    # What other code prints must not be part of the answer.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        if not work(sys.stdin.buffer, output, secrets_socket):
            context.exit(exit_status.FAILED)
