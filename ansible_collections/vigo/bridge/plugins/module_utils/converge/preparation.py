# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares all resources of a type together, before the first one is applied."""

from __future__ import annotations

import contextlib
from itertools import filterfalse
from typing import Any, Callable, Iterable, Iterator, Mapping

from ..common.dataclass import dataclass
from ..common.errors import ResourceError
from ..host.overlay import Overlay
from ..types.base import Behaviour
from .applier import Applier
from .conditions import Conditions
from .input import Resource
from .selection import Selection


@dataclass(frozen=True)
class Preparation:
    """The resources of a run by ID, and the conditions that decide which of them will act."""

    resources: Mapping[str, Resource]
    applier: Applier
    conditions: Conditions
    selection: Selection

    def refuse(self) -> None:
        """Raise ResourceError if nothing on this host may be changed."""
        for kind in self.applier.types.values():
            if kind.refused_by:
                kind.refuse(list(self._certain(kind, kind.refused_by)), self.applier.target)

    def announce(self, overlay: Callable[[], Overlay]) -> None:
        """Announce all resources to their types, skipped ones included."""
        for resource in self.resources.values():
            kind = self.applier.types[resource.type]
            if kind.expected_by:
                described = self._described(resource, kind.expected_by, overlay)
                kind.expect(resource.id, described, self.applier.target)

    def prepare(self) -> None:
        """Prepare the resources of each type together."""
        if self.applier.target.check_mode:
            return
        for kind in self.applier.types.values():
            if kind.prepared_by:
                kind.prepare(list(self._certain(kind, kind.prepared_by)), self.applier.target)

    def needs_pulls(self) -> tuple[bool, bool]:
        """Return whether `prepare` would pull images, and whether applying the resources may pull
        further ones.
        """
        certain: list[bool | None] = []
        others: list[bool | None] = []
        for kind in filter(lambda each: each.prepared_by, self.applier.types.values()):
            resources = list(self._taking_part(kind))
            certain += self._would_pull(kind, filter(self._is_certain, resources))
            others += self._would_pull(kind, filterfalse(self._is_certain, resources))
        return True in certain, None in certain or any(each is not False for each in others)

    def _would_pull(self, kind: Behaviour, resources: Iterable[Resource]) -> list[bool | None]:
        rendered = [self._rendered(each, kind.prepared_by) for each in resources]
        known = [attributes for attributes in rendered if attributes is not None]
        unknown = [None] * (len(rendered) - len(known))
        return [*kind.would_pull(known, self.applier.target), *unknown]

    def _described(
        self, resource: Resource, names: tuple[str, ...], overlay: Callable[[], Overlay]
    ) -> Callable[[], Mapping[str, Any] | None]:
        def attributes() -> Mapping[str, Any] | None:
            holds, _condition = self.conditions.asked(resource, overlay())
            return None if holds is False else self.applier.rendering.of(resource, names)()

        return attributes

    def _certain(self, kind: Behaviour, names: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
        """Yield some attributes of the resources of a type that will certainly be applied."""
        for resource in filter(self._is_certain, self._taking_part(kind)):
            attributes = self._rendered(resource, names)
            if attributes is not None:
                yield attributes

    def _taking_part(self, kind: Behaviour) -> Iterator[Resource]:
        for resource in self.resources.values():
            if resource.type == kind.type.name and resource.id in self.selection.applied:
                yield resource

    def _is_certain(self, resource: Resource) -> bool:
        return not resource.node.gated and self.conditions.certainly_hold(resource)

    def _rendered(self, resource: Resource, names: tuple[str, ...]) -> Mapping[str, Any] | None:
        with contextlib.suppress(ResourceError):
            return self.applier.rendering.of(resource, names)()
        return None
