# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what a host gets, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.language.position import Position
from vigo_bridge.report.columns import place, print_line, print_rows, shown
from vigo_bridge.resolve.graph import Drawing
from vigo_bridge.resolve.plan import PlannedCrate
from vigo_bridge.resolve.trace import Trace, TracedResource
from vigo_bridge.resolve.variable_sources import INVENTORY, Setting, TracedVariable

OVERRIDDEN = "beaten"
OWN = "own"


def print_trace(trace: Trace, folder: Path, console: Console) -> None:
    """Print the whole trace. folder: the stack's."""
    print_line(console, Text(one_line(trace.host), "bold"))
    print_rows(console, "", list(_head(trace, folder)))
    print_rows(
        console,
        "Configcrates, in order",
        [_crate(crate, trace.drawing, folder) for crate in trace.crates],
    )
    print_variables(trace.variables, folder, console, "Variables")
    print_rows(
        console,
        "Resources, in order",
        [_resource(resource, trace.drawing, folder) for resource in trace.resources],
    )
    print_rows(
        console,
        "Secrets",
        [
            (path, ", ".join(place(folder, position) for position in positions))
            for path, positions in trace.secrets.items()
        ],
    )


def print_variables(
    variables: tuple[TracedVariable, ...], folder: Path, console: Console, heading: str = ""
) -> None:
    """Print a line for each source of a variable, the one that is used first."""
    rows: list[tuple[str, ...]] = []
    dim: list[int] = []
    for variable in variables:
        for setting, status in _settings(variable):
            if status == OVERRIDDEN:
                dim.append(len(rows))
            why = {
                OVERRIDDEN: ", overridden",
                OWN: f": variables that {setting.crate} can use",
            }.get(status, "")
            cells = (variable.name, shown(setting.value), place(folder, setting.position))
            rows.append((*cells, _layer(setting) + why))
    print_rows(console, heading, rows, dim)


def _head(trace: Trace, folder: Path) -> Iterator[tuple[str, str, str]]:
    yield "match", trace.entry.match, place(folder, trace.entry.position)
    for other in trace.other_matches:
        yield "also", other.match, f"{place(folder, other.position)}, not the first match"
    environment = trace.entry.environment
    if environment:
        yield "environment", environment.text, place(folder, environment.position)
    for role in trace.roles:
        yield "role", role.name, place(folder, role.position)
    for variable in trace.variables:
        if variable.winner.position == INVENTORY:
            yield "override", variable.name, "set by the Ansible inventory, over the stack"


def _crate(crate: PlannedCrate, drawing: Drawing, folder: Path) -> tuple[str, ...]:
    needs = _crates_before(crate, drawing)
    details = _details(("needs", needs), ("when", [crate.when or ""]))
    return crate.name, crate.included_by, place(folder, crate.position), details


def _crates_before(crate: PlannedCrate, drawing: Drawing) -> list[str]:
    return [first for first, name in drawing.crate_order if name == crate.name]


def _layer(setting: Setting) -> str:
    return f"{setting.layer} of {setting.crate}" if setting.crate else setting.layer


def _resource(resource: TracedResource, drawing: Drawing, folder: Path) -> tuple[str, ...]:
    """Return the cells of a resource.

    Dependencies of its crate are shown at the crate.
    """
    planned = resource.planned
    needs = [before for before, after in drawing.order if after == planned.id]
    cells = (str(resource.number), planned.id, planned.type, place(folder, planned.position))
    details = _details(
        ("needs", needs), ("triggers", resource.triggers), ("when", [planned.when or ""])
    )
    return *cells, details


def _details(*parts: tuple[str, Sequence[str]]) -> str:
    return "; ".join(f"{what} {', '.join(names)}" for what, names in parts if any(names))


def _settings(variable: TracedVariable) -> Iterator[tuple[Setting, str]]:
    yield variable.winner, "set"
    yield from ((setting, OWN) for setting in variable.own)
    yield from ((setting, OVERRIDDEN) for setting in variable.overridden)


def trace_as_json(trace: Trace) -> dict[str, Any]:
    """Return the same as data; files are named relative to the stack's folder."""
    environment = trace.entry.environment
    return {
        "host": trace.host,
        "match": {"pattern": trace.entry.match, **_position(trace.entry.position)},
        "also_matching": [
            {"pattern": other.match, **_position(other.position)} for other in trace.other_matches
        ],
        "environment": environment.text if environment else None,
        "roles": [{"name": role.name, **_position(role.position)} for role in trace.roles],
        "configcrates": [
            {
                "name": crate.name,
                "because": crate.included_by,
                "needs": _crates_before(crate, trace.drawing),
                "when": crate.when,
                **_position(crate.position),
            }
            for crate in trace.crates
        ],
        "variables": [_variable_as_json(variable) for variable in trace.variables],
        "resources": [
            {
                "id": resource.planned.id,
                "type": resource.planned.type,
                "needs": list(resource.needs),
                "triggers": list(resource.triggers),
                "when": resource.planned.when,
                **_position(resource.planned.position),
            }
            for resource in trace.resources
        ],
        "secrets": [
            {"path": path, "used": [_position(position) for position in positions]}
            for path, positions in trace.secrets.items()
        ],
    }


def _variable_as_json(variable: TracedVariable) -> dict[str, Any]:
    return {
        "name": variable.name,
        **_setting_as_json(variable.winner),
        "own": [_setting_as_json(setting) for setting in variable.own],
        "beaten": [_setting_as_json(setting) for setting in variable.overridden],
    }


def _setting_as_json(setting: Setting) -> dict[str, Any]:
    return {
        "value": setting.value,
        "layer": setting.layer,
        "configcrate": setting.crate or None,
        **_position(setting.position),
    }


def _position(position: Position) -> dict[str, Any]:
    """Return a position.

    Line and column are null for Ansible and the command line.
    """
    is_file = position.line > 0
    return {
        "file": position.file if is_file else None,
        "line": position.line if is_file else None,
        "column": position.column if is_file else None,
    }
