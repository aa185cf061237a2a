# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What resources provide to and use of each other, from their rendered attributes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Callable, Iterable, Mapping, Sequence

from ..common.dataclass import replace
from ..common.errors import ResourceError
from ..types.registry import TYPES

if TYPE_CHECKING:
    from ..types.descriptor import Links, ResourceType
    from .input import Resource
    from .references import Node
    from .rendering import Rendering


def linked_nodes(resources: Sequence[Resource], rendering: Rendering) -> list[Node]:
    """Return the nodes of the resources with what each provides and uses on this host."""
    if not has_providers(resource.type for resource in resources):
        return [resource.node for resource in resources]
    return [
        replace(resource.node, links=_links(resource, rendering))
        if kind.linked_by
        else resource.node
        for resource in resources
        for kind in (TYPES[resource.type],)
    ]


def has_providers(kinds: Iterable[str]) -> bool:
    """Return whether one of the types creates objects that other resources use."""
    return any(TYPES[kind].is_provider for kind in kinds)


def links_of(kind: ResourceType, render: Callable[[str], Mapping[str, Any]]) -> Links:
    """Return what a resource provides and uses.

    render: returns one attribute as a mapping, empty if it is not set. An attribute that cannot be
    rendered is left out; its error is reported at the resource's turn.
    """
    given: dict[str, Any] = {}
    for name in (*kind.linked_by, "state"):
        with contextlib.suppress(ResourceError, OSError):
            given.update(render(name))
    return kind.links(given)


def _links(resource: Resource, rendering: Rendering) -> Links:
    return links_of(TYPES[resource.type], lambda name: rendering.of(resource, (name,))())
