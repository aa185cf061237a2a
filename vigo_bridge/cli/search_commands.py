# SPDX-License-Identifier: GPL-3.0-or-later
"""``vigo-bridge config tree`` and ``config search``: where things stand."""

from __future__ import annotations

import click

from vigo_bridge.cli.completion import complete_names
from vigo_bridge.cli.options import StackOptions, output_option, stack_options
from vigo_bridge.language import Stack, load
from vigo_bridge.language.diagnostics import did_you_mean, has_errors
from vigo_bridge.language.occurrences import occurrences
from vigo_bridge.language.occurrences import search as occurrences_of
from vigo_bridge.report.places import (
    occurrences_as_json,
    print_occurrences,
    print_tree,
    tree_as_json,
)
from vigo_bridge.report.printing import echo, echo_json
from vigo_bridge.report.screen import Screen
from vigo_bridge.resolve.inheritance import givers
from vigo_bridge.resolve.matching import matches


@click.command()
@output_option
@stack_options
def tree(stack: StackOptions, output: str) -> None:
    """Show what each folder hands down: common.vgo, environments.vgo, match entries."""
    found = givers(_loaded(stack))
    if output == "json":
        echo_json(tree_as_json(found))
    else:
        print_tree(found, stack.folder, Screen())


@click.command()
@click.argument("term", shell_complete=complete_names)
@output_option
@stack_options
def search(stack: StackOptions, term: str, output: str) -> None:
    """Find where a host pattern, configcrate, role, environment, variable or resource stands.

    TERM is a part of its name; upper and lower case do not matter.
    """
    loaded = _loaded(stack)
    found = occurrences_of(loaded, term)
    if not found:
        raise click.ClickException(_nothing(loaded, stack, term))
    if output == "json":
        echo_json(occurrences_as_json(found))
    else:
        print_occurrences(found, stack.folder, Screen())


def _loaded(options: StackOptions) -> Stack:
    """The stack, also one with errors: whoever looks for one needs these commands most."""
    stack = load(options.folder)
    if not options.folder.is_dir():
        raise click.ClickException(stack.diagnostics[0].message)
    if has_errors(stack.diagnostics):
        echo(
            "The stack has errors, and parts of it may be missing here:"
            " see `vigo-bridge config validate`.",
            err=True,
        )
    return stack


def _nothing(stack: Stack, options: StackOptions, term: str) -> str:
    names = {occurrence.name for occurrence in occurrences(stack)}
    advice = [did_you_mean(term, names)]
    if any(matches(entry, term) for entry in stack.entries):
        advice.append(f"as a host it is matched: see `vigo-bridge config trace {term}`")
    told = "; ".join(filter(None, advice)) or "only names are searched: use grep for values"
    return f"nothing in {options.folder} has {term!r} in its name; {told}"
