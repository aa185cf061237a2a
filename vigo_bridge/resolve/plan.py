# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: what each envoy gets, decided, with the place in the stack that decided it.

This is what the emitter reads. It knows neither YAML nor Ansible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import NO_LINKS, Links
from vigo_bridge.language.model import Identity
from vigo_bridge.language.position import Position

#: The layer of variables that the command line sets: nothing else may change them.
SETTING = "--set"


@dataclass(frozen=True)
class Variable:
    """One variable of an envoy's namespace: its value, what set it, and what that overrides.

    layer: what kind of place set it, such as `match entry`. overrides: the strongest first.
    """

    name: str
    value: Any
    position: Position
    overrides: tuple[Position, ...] = ()
    layer: str = ""


@dataclass(frozen=True)
class PlannedResource:
    """One resource, `foreach` and `case` expanded, its strings still the untouched templates.

    id: `CRATE/NAME`. attributes: without name, type, references and `when`.
    The four reference tuples hold references as written. item: the `foreach` item, if any.
    reverts: whether it undoes what was applied.
    links: what it makes and uses, as far as that is known.
    """

    id: str
    type: str
    attributes: Mapping[str, Any]
    depends_on: tuple[str, ...]
    before: tuple[str, ...]
    notify: tuple[str, ...]
    subscribes: tuple[str, ...]
    when: str | None
    template: bool
    position: Position
    item: Any | None = None
    reverts: bool = False
    links: Links = NO_LINKS


@dataclass(frozen=True)
class PlannedCrate:
    """One configcrate that an envoy includes.

    vars: those of its own defaults, with the environment's overrides, that no stronger place
    sets; for its resources they win over the group's variables. included_by: why it is there.
    defaults: its defaults as written, whatever is set in their place.
    """

    name: str
    depends_on: tuple[str, ...]
    vars: Mapping[str, Any]
    when: str | None
    resources: tuple[PlannedResource, ...]
    position: Position
    included_by: str
    defaults: tuple[Variable, ...] = ()


@dataclass(frozen=True)
class Group:
    """The envoys that one match entry gets, and what they get.

    name: safe as an Ansible group name and unique in the plan. crates: in order of inclusion.
    variables: the whole merged namespace, sorted by name.
    """

    name: str
    match: str
    hosts: tuple[str, ...]
    environment: str | None
    roles: tuple[str, ...]
    crates: tuple[PlannedCrate, ...]
    variables: tuple[Variable, ...]
    position: Position


@dataclass(frozen=True)
class Plan:
    """All groups that have hosts, in the order in which entries are tried.

    identity: which stack it is. unmatched: hosts that no entry matches.
    """

    identity: Identity
    groups: tuple[Group, ...]
    unmatched: tuple[str, ...]

    @property
    def scope(self) -> str:
        """The stack's name."""
        return self.identity.name
