# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists all sources of an envoy's variables, those with the highest priority first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vigo_bridge.language.position import Position
from vigo_bridge.resolve.envoy import Envoy
from vigo_bridge.resolve.variables import COMMAND_LINE

#: The position of a variable from the user's inventory; Ansible does not report the file.
INVENTORY = Position("the Ansible inventory", 0, 0)
#: The layer of a variable whose name Ansible reserves.
RESERVED = "Ansible variable with a reserved name"


@dataclass(frozen=True)
class Setting:
    """One source of a variable. layer: the kind of source; crate: the crate whose default it is."""

    value: Any
    position: Position
    layer: str
    crate: str = ""


@dataclass(frozen=True)
class TracedVariable:
    """winner: the source that is used. overridden: those with the highest priority first. own: the
    sources that single crates use instead.
    """

    name: str
    winner: Setting
    overridden: tuple[Setting, ...]
    own: tuple[Setting, ...]


def traced_variables(
    envoy: Envoy,
    settings: Mapping[str, Any],
    users: Mapping[str, Any],
    reserved: Mapping[str, Any],
) -> Iterator[TracedVariable]:
    """Yield all variables of the stack for an envoy, by name.

    settings: of `--set`. users: the variables that the Ansible user set for the host. reserved:
        those
    with names that Ansible reserves.
    """
    for name in envoy.namespace.variables:
        places = list(_places(name, envoy, settings, users))
        own = _own(name, envoy, places)
        overridden = [place for place in places[1:] if place not in own]
        if name in reserved:
            overridden.append(Setting(reserved[name], INVENTORY, RESERVED))
        yield TracedVariable(name, places[0], tuple(overridden), own)


def _places(
    name: str, envoy: Envoy, settings: Mapping[str, Any], users: Mapping[str, Any]
) -> Iterator[Setting]:
    if name in settings:
        yield Setting(settings[name], COMMAND_LINE, "--set")
    if name in users:
        yield Setting(users[name], INVENTORY, "Ansible variable")
    for layer in reversed(envoy.layers):
        if name in layer.vars:
            value = layer.vars[name]
            yield Setting(value.data, value.position, layer.name, layer.crate)


def _own(name: str, envoy: Envoy, places: list[Setting]) -> tuple[Setting, ...]:
    """Return the source of each crate that does not use the winner; empty if a source with a higher
    priority wins.
    """
    winner = places[0]
    if not winner.crate:
        return ()
    strongest: dict[str, Setting] = {}
    for place in places:
        strongest.setdefault(place.crate, place)
    return tuple(
        place
        for crate, place in strongest.items()
        if crate != winner.crate and place.value != winner.value
    )
