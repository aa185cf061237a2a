# SPDX-License-Identifier: GPL-3.0-or-later
"""Names for positions in a compose file, as people and scripts write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from vigo_bridge.compose.loading.loader import Loaded
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Fields, Items, Scalar, Value


def key_paths(loaded: Loaded) -> dict[Position, str]:
    """Return paths such as `services.web.ports[0]`, by the position of the key and of its value."""
    found: dict[Position, str] = {}
    for path, position in _below_keys("", loaded.others):
        found.setdefault(position, path)
    for section, fields in loaded.sections.items():
        for path, position in _below_keys(f"{section}.", fields.entries):
            found.setdefault(position, path)
    return found


def _below_keys(
    prefix: str, entries: Iterable[tuple[Scalar, Value]]
) -> Iterator[tuple[str, Position]]:
    for key, value in entries:
        path = f"{prefix}{key.text}"
        yield path, key.position
        yield from _below(path, value)


def _below(path: str, value: Value) -> Iterator[tuple[str, Position]]:
    yield path, value.position
    if isinstance(value, Fields):
        yield from _below_keys(f"{path}.", value.entries)
    elif isinstance(value, Items):
        for number, item in enumerate(value.items):
            yield from _below(f"{path}[{number}]", item)
