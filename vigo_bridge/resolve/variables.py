# SPDX-License-Identifier: GPL-3.0-or-later
"""Merges the variables of an envoy from all sources by their priority."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vigo_bridge.language.model import Configcrate
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Value
from vigo_bridge.resolve.inclusion import Inclusion
from vigo_bridge.resolve.plan import SETTING, Variable

#: The position of a variable from the command line.
COMMAND_LINE = Position(SETTING, 0, 0)


@dataclass(frozen=True)
class Layer:
    """One source of variables. crate: the crate whose defaults these are, or empty."""

    name: str
    vars: Mapping[str, Value]
    crate: str = ""


@dataclass(frozen=True)
class Namespace:
    """All variables of an envoy. own: by crate, its defaults that no source with a higher priority
    sets.
    """

    variables: Mapping[str, Variable]
    own: Mapping[str, Mapping[str, Any]]

    def seen_by(self, crate: str) -> dict[str, Any]:
        """Return values by name, as in the templates of one crate."""
        shared = {name: variable.value for name, variable in self.variables.items()}
        return {**shared, **self.own.get(crate, {})}


def layers(inclusion: Inclusion) -> tuple[Layer, ...]:
    """Return all sources of variables of a match entry, the lowest priority first."""
    environment = inclusion.entry.environment.text if inclusion.entry.environment else ""
    crates = [included.crate for included in inclusion.crates]
    return (
        *(Layer("crate default", crate.vars, crate.name) for crate in reversed(crates)),
        *_overrides(crates, environment),
        *(Layer("role", role.vars) for role in inclusion.roles),
        *(Layer("common.vgo", common.vars) for common in inclusion.commons),
        Layer("match entry", inclusion.entry.vars),
        *(Layer("environments.vgo", item.vars) for item in inclusion.environments),
    )


def _overrides(crates: Sequence[Configcrate], environment: str) -> Iterator[Layer]:
    for crate in reversed(crates):
        if environment in crate.environment_overrides:
            yield Layer("crate override", crate.environment_overrides[environment], crate.name)


def merge(places: Sequence[Layer], settings: Mapping[str, Any]) -> Namespace:
    """Return one namespace from layers, the lowest priority first, and from `--set`."""
    variables: dict[str, Variable] = {}
    for layer in places:
        for name, value in layer.vars.items():
            candidate = Variable(name, value.data, value.position, layer=layer.name)
            variables[name] = _over(candidate, variables.get(name))
    for name, data in settings.items():
        candidate = Variable(name, data, COMMAND_LINE, layer=SETTING)
        variables[name] = _over(candidate, variables.get(name))
    stronger = set(settings).union(*(layer.vars for layer in places if not layer.crate))
    own: dict[str, dict[str, Any]] = {}
    for layer in places:
        if layer.crate:
            free = {name: v.data for name, v in layer.vars.items() if name not in stronger}
            own.setdefault(layer.crate, {}).update(free)
    return Namespace(dict(sorted(variables.items())), own)


def _over(winner: Variable, overridden_variable: Variable | None) -> Variable:
    if overridden_variable is None:
        return winner
    overrides = (overridden_variable.position, *overridden_variable.overrides)
    return Variable(winner.name, winner.value, winner.position, overrides, winner.layer)
