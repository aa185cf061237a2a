# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config``: looks at a stack; at most the user's inventory is read, no host."""

from __future__ import annotations

import click

from vigo_bridge.cli.places import search, tree
from vigo_bridge.cli.trace import graph, trace
from vigo_bridge.cli.validate import validate


@click.group()
def config() -> None:
    """Look at a stack without touching any host."""


config.add_command(validate)
config.add_command(trace)
config.add_command(tree)
config.add_command(search)
config.add_command(graph)
