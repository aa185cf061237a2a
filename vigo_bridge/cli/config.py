# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config``: looks at a stack; at most the user's inventory is read, no host."""

from __future__ import annotations

import click

from vigo_bridge.cli.lazy_commands import Later, add_later


@click.group()
def config() -> None:
    """Inspect a stack without connecting to hosts."""


add_later(
    config,
    Later("validate", "validate:validate", "Report all errors and warnings of the stack."),
    Later(
        "trace",
        "trace_commands:trace",
        "Show what HOST gets, and the lines of the stack that define it.",
    ),
    Later(
        "tree",
        "search_commands:tree",
        "Show what each folder inherits.",
    ),
    Later(
        "search",
        "search_commands:search",
        "Find where a name is defined and used.",
    ),
    Later(
        "graph",
        "trace_commands:graph",
        "Draw the resource graph of HOST.",
    ),
)
