# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: what each envoy gets, with the position in the stack that defines it.

It is the input of `emit`, and independent of YAML and Ansible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import NO_LINKS, Links
from vigo_bridge.language.model import Identity
from vigo_bridge.language.position import Position

#: The layer of variables from the command line, which nothing overrides.
SETTING = "--set"


@dataclass(frozen=True)
class Variable:
    """One variable of an envoy's namespace: its value, its source, and the sources that it
    overrides.

    layer: the kind of source, such as `match entry`. overrides: those with the highest priority
    first.
    """

    name: str
    value: Any
    position: Position
    overrides: tuple[Position, ...] = ()
    layer: str = ""


@dataclass(frozen=True)
class PlannedResource:
    """One resource, `foreach` and `case` expanded, its strings still unrendered templates.

    id: `CRATE/NAME`. attributes: without name, type, references and `when`. The four reference
    tuples hold references as written. item: the `foreach` item, if any.
    reverts: whether it undoes a resource. links: what it provides and uses, as far as that is
        known.
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

    vars: its own defaults, with the environment's overrides, that no source with a higher priority
        sets; for its resources they override the group's variables. included_by: the reason why it
        is included. defaults: its defaults as written, even if they are overridden.
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
    """The envoys of one match entry, and what they get.

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
