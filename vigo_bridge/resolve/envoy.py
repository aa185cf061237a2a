# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolves what the envoys of one match entry get: crates, variables, resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import NO_LINKS, Links
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import REFERENCES, Stack
from vigo_bridge.resolve.attributes import attributes_of
from vigo_bridge.resolve.inclusion import Inclusion
from vigo_bridge.resolve.instances import CrateInstance, Instance, instances_of
from vigo_bridge.resolve.links import links_by_id
from vigo_bridge.resolve.plan import PlannedCrate, PlannedResource, Variable
from vigo_bridge.resolve.variables import Layer, Namespace, layers, merge


@dataclass(frozen=True)
class Envoy:
    """One match entry, resolved. layers: all sources of its variables."""

    inclusion: Inclusion
    layers: tuple[Layer, ...]
    namespace: Namespace
    crates: tuple[CrateInstance, ...]

    @property
    def instances(self) -> Iterator[Instance]:
        return (instance for crate in self.crates for instance in crate.instances)


def resolve_envoy(
    inclusion: Inclusion, settings: Mapping[str, Any], diagnostics: Diagnostics
) -> Envoy:
    places = layers(inclusion)
    namespace = merge(places, settings)
    crates = tuple(
        instance
        for included in inclusion.crates
        for instance in instances_of(included, namespace.seen_by(included.crate.name), diagnostics)
    )
    return Envoy(inclusion, places, namespace, crates)


def planned_crates(
    envoy: Envoy, stack: Stack, diagnostics: Diagnostics
) -> tuple[PlannedCrate, ...]:
    links = links_by_id(envoy.instances)
    return tuple(
        PlannedCrate(
            name=crate.name,
            depends_on=tuple(name.text for name in crate.included.crate.depends_on),
            vars=envoy.namespace.own.get(crate.included.crate.name, {}),
            when=crate.when,
            resources=tuple(
                _planned(instance, stack, links.get(instance.id, NO_LINKS), diagnostics)
                for instance in crate.instances
            ),
            position=crate.included.crate.position,
            included_by=crate.included.because,
            defaults=tuple(
                Variable(name, value.data, value.position)
                for name, value in crate.included.crate.vars.items()
            ),
        )
        for crate in envoy.crates
    )


def _planned(
    instance: Instance, stack: Stack, links: Links, diagnostics: Diagnostics
) -> PlannedResource:
    resource = instance.resource
    references = {
        attribute: tuple(reference.text for reference in instance.references[attribute])
        for attribute in REFERENCES
    }
    return PlannedResource(
        id=instance.id,
        type=resource.type,
        attributes=attributes_of(instance, stack.templates, diagnostics),
        depends_on=references["depends_on"],
        before=references["before"],
        notify=references["notify"],
        subscribes=references["subscribes"],
        when=instance.when,
        template=resource.template,
        position=resource.position,
        item=instance.item,
        reverts=resource.reverts,
        links=links,
    )
