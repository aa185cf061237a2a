# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets a plan needs, and where it names them."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.vigo.bridge.plugins.module_utils.secret_references import paths
from vigo_bridge.language.position import Position
from vigo_bridge.resolve.plan import Group, Plan


def secret_uses(plan: Plan) -> dict[str, tuple[Position, ...]]:
    """Each secret's path with the positions of the resources and variables that name it."""
    uses: dict[str, dict[Position, None]] = {}
    for group in plan.groups:
        for path, position in _uses(group):
            uses.setdefault(path, {})[position] = None
    return {path: tuple(positions) for path, positions in sorted(uses.items())}


def _uses(group: Group) -> Iterator[tuple[str, Position]]:
    for variable in group.variables:
        for path in paths(variable.value):
            yield path, variable.position
    for crate in group.crates:
        for path in paths(crate.vars):
            yield path, crate.position
        for resource in crate.resources:
            for path in paths(resource.attributes):
                yield path, resource.position
