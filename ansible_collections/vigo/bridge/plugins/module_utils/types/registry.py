# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource types: the one list that all others are made from.

The imports are written out, because Ansible sends to a target what a module's imports name.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping

from ..common.errors import ResourceError
from .ansible_module.descriptor import FAMILY as ANSIBLE_MODULE
from .container.descriptor import TYPE as CONTAINER
from .custom.descriptor import TYPE as CUSTOM
from .descriptor import Family, ResourceType
from .exec.descriptor import TYPE as EXEC
from .file.descriptor import TYPE as FILE
from .managed.descriptor import TYPES as MANAGED
from .mapped.descriptor import TYPES as MAPPED
from .network.descriptor import TYPE as NETWORK
from .nonrepo_package.descriptor import TYPE as NONREPO_PACKAGE
from .process.descriptor import TYPE as PROCESS
from .repository.descriptor import TYPE as REPOSITORY
from .source_package.descriptor import TYPE as SOURCE_PACKAGE
from .text_edit.descriptor import TYPES as TEXT_EDITS
from .volume.descriptor import TYPE as VOLUME

#: In the order in which they are documented.
FAMILIES: tuple[Family, ...] = (ANSIBLE_MODULE,)


class _Types(Mapping[str, ResourceType]):
    """Types by name. Types of families can be looked up, but are not listed."""

    def __init__(self, *listed: ResourceType) -> None:
        self._types = {kind.name: kind for kind in listed}
        self._others: dict[str, ResourceType] = {}

    def __getitem__(self, name: str) -> ResourceType:
        if name in self._types:
            return self._types[name]
        if name not in self._others:
            self._others[name] = self._of_family(name)
        return self._others[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    @staticmethod
    def _of_family(name: str) -> ResourceType:
        for family in FAMILIES:
            if isinstance(name, str) and family.pattern.fullmatch(name):
                return family.of(name)
        raise KeyError(name)


#: In the order in which they are documented.
TYPES: Mapping[str, ResourceType] = _Types(
    CONTAINER,
    FILE,
    EXEC,
    NETWORK,
    VOLUME,
    PROCESS,
    CUSTOM,
    *MAPPED,
    *MANAGED,
    REPOSITORY,
    NONREPO_PACKAGE,
    SOURCE_PACKAGE,
    *TEXT_EDITS,
)


def undoing(
    kind: ResourceType, attributes: Mapping[str, Any], on_revert: Any
) -> tuple[ResourceType, Mapping[str, Any]]:
    """Return the type and the attributes of the resource that undoes another. Raise ResourceError.

    on_revert: a command that undoes it; without one, the type's inverse is used.
    """
    if on_revert not in (None, ""):
        return EXEC, {EXEC.key: on_revert}
    if not kind.undoing:
        raise ResourceError(
            f"revert: {kind.name} cannot be undone automatically",
            "add on_revert with the command that undoes the resource",
        )
    changed = {**attributes, **kind.undoing}
    return kind, {name: value for name, value in changed.items() if value is not None}
