# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what an envoy's resources provide to and use from each other, as far as this is known when
the stack is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge import links
from ansible_collections.vigo.bridge.plugins.module_utils.converge.rendering import render_deep
from ansible_collections.vigo.bridge.plugins.module_utils.language.go_template.errors import (
    TemplateError,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import Links
from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import TYPES
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.resolve.attributes import attributes_of
from vigo_bridge.resolve.instances import Instance


def links_by_id(instances: Iterable[Instance]) -> dict[str, Links]:
    """Return the links of each resource that has any, by its ID.

    Names that are known only on the target are left out.
    """
    every = list(instances)
    if not links.has_providers(instance.resource.type for instance in every):
        return {}
    return {
        instance.id: _links(instance)
        for instance in every
        if TYPES[instance.resource.type].linked_by
    }


def _links(instance: Instance) -> Links:
    # Errors in the attributes are reported elsewhere.
    attributes = attributes_of(instance, {}, Diagnostics())
    namespaces: dict[str, Any] = {"Vars": instance.known.variables, "Traits": {}}
    if instance.item is not None:
        namespaces["Item"] = instance.item

    def render(name: str) -> Mapping[str, Any]:
        if name not in attributes:
            return {}
        if not instance.resource.template:
            return {name: attributes[name]}
        try:
            return {name: render_deep(attributes[name], namespaces)}
        except TemplateError as error:
            raise ResourceError(str(error)) from error

    return links.links_of(TYPES[instance.resource.type], render)
