# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuses what only a stack with a name of its own may do."""

from __future__ import annotations

import textwrap

import click

from vigo_bridge.language.identity import FILE, lines, new_id, suggested_name
from vigo_bridge.language.model import Stack


def refuse_prune_of_unnamed(stack: Stack) -> None:
    """End the command where the stack is named after its folder, as another stack may be."""
    if stack.identity.is_named:
        return
    written = textwrap.indent(lines(suggested_name(stack.folder), new_id()), "  ")
    raise click.ClickException(
        f"--prune requires a named stack: {stack.identity.name!r} is only the name of a folder,"
        f" which another stack may share. Create {stack.folder / FILE} with these lines:\n"
        f"{written}If it had a {FILE} before, restore that one, for instance from version control:"
        " hosts refuse another ID under the name of a stack that they know.\nNothing was touched."
    )
