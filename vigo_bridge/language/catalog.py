# SPDX-License-Identifier: GPL-3.0-or-later
"""What the language needs to know about resource types, from the collection's list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.types.registry import FAMILIES, TYPES


class _Attributes(Mapping[str, Mapping[str, Mapping[str, Any]]]):
    """Loads the attributes of a type when they are first used."""

    def __getitem__(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        return TYPES[kind].options

    def __contains__(self, kind: object) -> bool:
        return kind in TYPES

    def __iter__(self) -> Iterator[str]:
        return iter(TYPES)

    def __len__(self) -> int:
        return len(TYPES)


#: By resource type and attribute: the entry of the argument spec (`type`, `choices`, ...).
ATTRIBUTES = _Attributes()

#: The names of types: the listed ones, and placeholders for the others.
TYPE_LABELS = (*TYPES, *(family.label for family in FAMILIES))

#: Resource types by their former names.
FORMER_NAMES: Mapping[str, str] = {
    former: name for name, kind in TYPES.items() for former in kind.former_names
}

#: The types whose resources run and can be restarted.
RUNNING = frozenset(name for name, kind in TYPES.items() if kind.on_demand)
