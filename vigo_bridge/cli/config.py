# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config``: looks at a stack; at most the user's inventory is read, no host."""

from __future__ import annotations

import click

from vigo_bridge.cli.lazy_commands import Later, add_later


@click.group()
def config() -> None:
    """Look at a stack without touching any host."""


add_later(
    config,
    Later("validate", "validate:validate", "Name every error and warning of the stack at once."),
    Later(
        "trace",
        "trace_commands:trace",
        "Tell what HOST gets, and which line of the stack decided it.",
    ),
    Later(
        "tree",
        "search_commands:tree",
        "Show what each folder hands down: common.vgo, environments.vgo, match entries.",
    ),
    Later(
        "search",
        "search_commands:search",
        "Find where a host pattern, configcrate, role, environment, variable or resource stands.",
    ),
    Later(
        "graph",
        "trace_commands:graph",
        "Draw the resources of HOST: what comes first (arrows), what triggers what (dashed).",
    ),
)
