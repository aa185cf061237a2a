# SPDX-License-Identifier: GPL-3.0-or-later
"""Expands `foreach`: the resources and crates of an envoy, one for each item."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.attributes import is_unset
from vigo_bridge.language.conditions import check_condition
from vigo_bridge.language.diagnostics import Diagnostics, did_you_mean
from vigo_bridge.language.model import REFERENCES, Name, Resource
from vigo_bridge.language.templates import is_template
from vigo_bridge.language.values import Scalar
from vigo_bridge.resolve.inclusion import IncludedCrate
from vigo_bridge.resolve.load_time import LoadTime


@dataclass(frozen=True)
class Reference:
    """One reference: the name, and the scalar in the file."""

    text: str
    written: Scalar


@dataclass(frozen=True)
class Instance:
    """One resource of an envoy. known: the values that its templates can use when the stack is
    loaded.
    """

    id: str
    resource: Resource
    references: Mapping[str, tuple[Reference, ...]]
    when: str | None
    gated: bool
    known: LoadTime

    @property
    def item(self) -> Any | None:
        return self.known.item


@dataclass(frozen=True)
class CrateInstance:
    """One crate of an envoy. name: with the item in brackets, if it has a `foreach`."""

    name: str
    included: IncludedCrate
    when: str | None
    instances: tuple[Instance, ...]


def instances_of(
    included: IncludedCrate, variables: Mapping[str, Any], diagnostics: Diagnostics
) -> Iterator[CrateInstance]:
    """Yield the crate once, or once for each item. variables: as this crate sees them."""
    crate = included.crate
    known = LoadTime(variables, None, diagnostics)
    if crate.foreach is None:
        yield _crate(included, crate.name, known, diagnostics)
        return
    for number, item in enumerate(_items(crate.foreach, variables, diagnostics), start=1):
        label = _label(item, number)
        yield _crate(included, f"{crate.name}[{label}]", known.with_item(item), diagnostics)


def _items(foreach: Name, variables: Mapping[str, Any], diagnostics: Diagnostics) -> list[Any]:
    """Return the items of the list that a variable holds; a text is split at its commas."""
    if foreach.text not in variables:
        diagnostics.error(
            "VB302",
            foreach.position,
            f"foreach refers to {foreach.text!r}, which is not defined here",
            did_you_mean(foreach.text, variables) or "define a list in 'vars:' of the configcrate",
        )
        return []
    value = variables[foreach.text]
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list) or any(item is None for item in value):
        diagnostics.error(
            "VB309",
            foreach.position,
            f"foreach requires a list, and {foreach.text!r} is not a list",
            "write its value as a list without empty items",
        )
        return []
    return value


def _label(item: Any, number: int) -> str:
    """Return the part that distinguishes one crate of a `foreach` from the others."""
    if isinstance(item, dict):
        item = item.get("name", number)
    text = str(number) if isinstance(item, (list, dict)) else str(item)
    # The resource's name begins after the first '/' of an id.
    return text.replace("/", "_")


def _crate(
    included: IncludedCrate, name: str, known: LoadTime, diagnostics: Diagnostics
) -> CrateInstance:
    crate = included.crate
    own = known.render(crate.when, "when") if crate.when else None
    if crate.when and own is not None and is_template(crate.when.text):
        check_condition(own, crate.when, diagnostics)
    instances = [
        _instance(name, resource, item_known, diagnostics)
        for resource in crate.resources
        for item_known in _each(resource, known, diagnostics)
    ]
    return CrateInstance(name, included, included.when_with(own), tuple(instances))


def _each(resource: Resource, known: LoadTime, diagnostics: Diagnostics) -> list[LoadTime]:
    if resource.foreach is None:
        return [known]
    items = _items(resource.foreach, known.variables, diagnostics)
    return [known.with_item(item) for item in items]


def _instance(
    crate: str, resource: Resource, known: LoadTime, diagnostics: Diagnostics
) -> Instance:
    when, gated = _condition(resource, known, diagnostics)
    references = {
        attribute: tuple(
            Reference(text, written)
            for written in resource.references[attribute]
            if (text := known.render(written, attribute))
        )
        for attribute in REFERENCES
    }
    return Instance(f"{crate}/{_name(resource, known)}", resource, references, when, gated, known)


def _name(resource: Resource, known: LoadTime) -> str:
    """Return the resource's own name, or its type and key attribute."""
    if resource.name is not None and resource.name.text.strip():
        return known.render(resource.name, "name") or resource.name.text
    key = TYPES[resource.type].key
    value = resource.attributes.get(key)
    if is_unset(value) or not isinstance(value, Scalar):
        return f"{resource.type}:{resource.position.line}"
    text = known.render(value, key) if resource.template else value.text
    return f"{resource.type}:{text or value.text}"


def _condition(
    resource: Resource, known: LoadTime, diagnostics: Diagnostics
) -> tuple[str | None, bool]:
    if resource.when is None:
        return None, False
    text = known.render(resource.when, "when")
    if text is None:
        return resource.when.text, False
    condition = check_condition(text, resource.when, diagnostics)
    return text, condition is not None and condition.gated
