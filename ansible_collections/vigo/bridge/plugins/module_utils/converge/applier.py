# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applies the resources of a run, each at its turn."""

from __future__ import annotations

import json
from typing import Any, Callable, Mapping

from ..common.dataclass import dataclass, replace
from ..common.errors import ResourceError
from ..host.overlay import Overlay
from ..state.ownership import Stack
from ..types.base import ANYTHING, Begun, Behaviour, Turn, apply_resource, begin
from ..types.result import Result
from ..types.target import Target
from ..types.typed_attributes import typed
from .input import Resource
from .rendering import Rendering
from .selection import as_checked


@dataclass(frozen=True)
class Applier:
    """Applies resources, with data that all resources of a run share.

    stack: the stack of the resources. awaited: the IDs of those that must be settled before others
    act.
    """

    types: Mapping[str, Behaviour]
    target: Target
    rendering: Rendering
    stack: Stack
    awaited: frozenset[str]

    def begin(
        self,
        resource: Resource,
        earlier: Result | None,
        triggered: bool,
        announce: Callable[[], object],
        overlay: Overlay,
    ) -> Begun:
        """Apply a resource, or predict that in check mode.

        earlier: its result in the main pass. announce: called when a change is about to be made,
        or is predicted.
        """
        return begin(
            resource.id,
            self.types[resource.type],
            self.attributes(resource),
            self.target.with_overlay(overlay),
            Turn(
                triggered=triggered,
                earlier=earlier.action if earlier else None,
                uncertain=overlay.active,
                awaited=resource.id in self.awaited,
            ),
            announce,
        )

    def check(self, resource: Resource, overlay: Overlay) -> Result:
        """Return whether a resource is as desired; nothing is changed."""
        behaviour = self.types[resource.type]
        target = replace(self.target.with_overlay(overlay), check_mode=True)
        turn = Turn(awaited=resource.id in self.awaited)
        result = apply_resource(resource.id, behaviour, self.attributes(resource), target, turn)
        return as_checked(result, resource.attributes, behaviour.type.guards)

    def attributes(self, resource: Resource) -> Callable[[], Mapping[str, Any]]:
        """Return a function that renders a resource's attributes, with labels where its type
        takes them.
        """
        labels = {
            "scope": self.stack.scope,
            "stack_id": self.stack.id,
            "resource": resource.id,
        }
        extra = labels if self.types[resource.type].labelled else {}
        render = self.rendering.of(resource)
        return lambda: {**render(), **extra}

    def undone(self, resource: Resource) -> str:
        """Return what a resource with `revert` undoes, as text that is the same in each run.

        Raise ResourceError.
        """
        key = self.types[resource.type].type.key
        only = (key,) if key else tuple(resource.attributes)
        return json.dumps([resource.type, self.rendering.of(resource, only)()], sort_keys=True)

    def mark_uncertain(self, resource: Resource, overlay: Overlay) -> None:
        """Record in the overlay what a resource may change, if it acts."""
        behaviour = self.types[resource.type]
        try:
            behaviour.mark_uncertain(self._spec(resource), overlay)
        except ResourceError:  # Something that it needs does not exist yet.
            overlay.mark_unknown(ANYTHING)

    def is_predictable(self, resource: Resource, action: str = "unknown") -> bool:
        """Return whether check mode knows exactly what an action of the resource does."""
        behaviour = self.types[resource.type]
        if behaviour.type.is_predictable or action == "unknown":
            return behaviour.type.is_predictable
        return behaviour.is_predictable(self._spec(resource))

    def _spec(self, resource: Resource) -> Any:
        """Return the spec of the resource, from rendered attributes. Raise ResourceError."""
        behaviour = self.types[resource.type]
        kind = behaviour.type
        return behaviour.parse(typed(self.attributes(resource)(), kind.options, kind.data))
