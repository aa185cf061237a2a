# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config tree`` and ``config search``: where names are defined and used."""

from __future__ import annotations

import click

from vigo_bridge.app import search as app
from vigo_bridge.app.options import StackOptions
from vigo_bridge.cli.completion import complete_names
from vigo_bridge.cli.options import output_option, stack_options
from vigo_bridge.report.places import (
    occurrences_as_json,
    print_occurrences,
    print_tree,
    tree_as_json,
)
from vigo_bridge.report.printing import echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.resolve.inheritance import sources


@click.command()
@output_option
@stack_options
def tree(stack: StackOptions, output: str) -> None:
    """Show what each folder inherits.

    This is what common.vgo, environments.vgo and the match entries define for it.
    """
    found = sources(app.load_for_search(stack))
    if output == "json":
        echo_json(tree_as_json(found))
    else:
        print_tree(found, stack.folder, Screen())


@click.command()
@click.argument("term", shell_complete=complete_names)
@output_option
@stack_options
def search(stack: StackOptions, term: str, output: str) -> None:
    """Find where a name is defined and used.

    TERM is a part of the name of a host pattern, configcrate, role, environment, variable or
    resource. The search is not case-sensitive.
    """
    found = app.search(app.load_for_search(stack), stack, term)
    if output == "json":
        echo_json(occurrences_as_json(found))
    else:
        print_occurrences(found, stack.folder, Screen())
