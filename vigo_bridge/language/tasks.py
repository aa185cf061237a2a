# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads tasks: the named commands of `task run`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common import durations
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import Advised
from vigo_bridge.host_counts import parse_batch_sizes, parse_budget
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean_or_known
from vigo_bridge.language.model import Task
from vigo_bridge.language.names import defined_name
from vigo_bridge.language.reader import Reader
from vigo_bridge.language.shapes import TASK
from vigo_bridge.language.template_checks import check_template
from vigo_bridge.language.templates import uses
from vigo_bridge.language.texts import ResourceText
from vigo_bridge.language.values import Fields, Scalar


def _timeout(text: str) -> None:
    durations.seconds(text, text)


#: Options of `task run` that a task may set, and a function that raises for an invalid text.
_OPTIONS: Mapping[str, Callable[[str], Any]] = {
    "timeout": _timeout,
    "batch_size": parse_batch_sizes,
    "max_failures": parse_budget,
    "health_check": str,
}


def read_task(fields: Fields, diagnostics: Diagnostics) -> Task | None:
    """Return the task of a file; None when its name or command is missing."""
    reader = Reader(fields, "a task", diagnostics, TASK)
    name = defined_name(reader, "name")
    command = reader.required_text("command", "add command:")
    params = reader.variables("params")
    target = reader.names("target")
    options = {option: text for option in _OPTIONS if (text := _option(reader, option))}
    reader.finish()
    if name is None or command is None:
        return None
    check_command(command, params, "add it under 'params:'", diagnostics)
    return Task(name, command, params, target, options, fields.position)


def check_command(
    command: Scalar, params: Collection[str], advice: str, diagnostics: Diagnostics
) -> None:
    """Report errors in a command's template, and missing parameters."""
    check_template(ResourceText("command", command), False, diagnostics)
    for use in uses(command, False):
        namespace, *path = use.chain
        if namespace == "Vars" and path and path[0] != "*" and path[0] not in params:
            diagnostics.error(
                "VB302",
                use.position,
                f"parameter {path[0]!r} is not defined",
                did_you_mean_or_known(path[0], params) or advice,
            )


def _option(reader: Reader, name: str) -> str:
    text = reader.text(name)
    if text is None:
        return ""
    try:
        _OPTIONS[name](text.text)
    except Advised as error:
        reader.diagnostics.error("VB104", text.position, f"{name}: {error.problem}", error.advice)
    return text.text
