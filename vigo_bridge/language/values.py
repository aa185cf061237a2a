# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the stack's files, each with its text and position."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from vigo_bridge.language.locations import locate
from vigo_bridge.language.position import Position
from vigo_bridge.language.scalars import ScalarData


@dataclass(frozen=True)
class Scalar:
    """A single value. text: as written; data: as YAML parses it."""

    text: str
    data: ScalarData
    position: Position
    written: str = field(default="", repr=False, compare=False)
    style: str = field(default="", repr=False, compare=False)

    def position_of(self, offset: int) -> Position:
        """Return the position of `text[offset]` in the file."""
        return locate(self.written, self.style, self.text, offset, self.position)


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Value, ...]
    position: Position

    @property
    def data(self) -> list[Any]:
        return [item.data for item in self.items]


@dataclass(frozen=True)
class Fields:
    """A mapping. Keys are scalars and keep their text; no key is a duplicate."""

    entries: tuple[tuple[Scalar, Value], ...]
    position: Position

    @property
    def data(self) -> dict[str, Any]:
        return {key.text: value.data for key, value in self.entries}


Value = Scalar | Items | Fields


def scalars(value: Value) -> Iterator[Scalar]:
    """Yield all scalars of a value, at any depth; keys of mappings are left out."""
    if isinstance(value, Scalar):
        yield value
    elif isinstance(value, Items):
        for item in value.items:
            yield from scalars(item)
    else:
        for _, item in value.entries:
            yield from scalars(item)
