# SPDX-License-Identifier: GPL-3.0-or-later
"""Named tasks: commands that `task run` knows by name."""

from __future__ import annotations

from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Task
from vigo_bridge.language.names import defined_name
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.shapes import TASK
from vigo_bridge.language.values import Fields


def read_task(fields: Fields, diagnostics: Diagnostics) -> Task | None:
    """The task of a file; None when it lacks its name or its command."""
    reader = Reader(fields, "a task", diagnostics, TASK)
    name = defined_name(reader, "name")
    command = reader.required_text("command", "add command:")
    params = reader.variables("params")
    reader.finish()
    if name is None or command is None:
        return None
    return Task(name, command, params, fields.position)
