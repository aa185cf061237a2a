# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that are imported only when they are called, so that each call loads what it needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click


class Later(click.Command):
    """A command that is imported only when it is called; its group's list shows this placeholder.

    place: `MODULE:NAME` of the command in `vigo_bridge.cli`. help: its first sentence, which is all
    that the list shows.
    """

    def __init__(self, name: str, place: str, help: str) -> None:
        super().__init__(name, help=help)
        self._place = place

    def command(self) -> click.Command:
        module, _, attribute = self._place.partition(":")
        found: click.Command = getattr(import_module(f"vigo_bridge.cli.{module}"), attribute)
        return found

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Load the command, and return its context. Click calls this first."""
        return self.command().make_context(*args, **options)


def add_later(group: click.Group, *commands: Later) -> None:
    for command in commands:
        group.add_command(command)
