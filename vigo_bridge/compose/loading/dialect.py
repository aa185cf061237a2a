# SPDX-License-Identifier: GPL-3.0-or-later
"""The YAML of compose files: as of stacks, with merge keys and the tags `!reset`, `!override`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Fields, Items, Scalar, Value
from vigo_bridge.language.yaml_tree import BrokenFile, Builder, parse

_TAGS = ("!reset", "!override")


@dataclass(frozen=True)
class Document:
    """One compose file. tags: `!reset` or `!override` by the position of what follows."""

    content: Fields
    tags: Mapping[Position, str]


def read_document(path: Path, raw: bytes) -> Document:
    """Return the document in a file's content. Raise ComposeError."""
    start = Position(str(path), 1, 1)
    diagnostics = Diagnostics()
    tags: dict[Position, str] = {}
    try:
        content = parse(str(path), raw, diagnostics, partial(_Builder, tags=tags))
    except BrokenFile as error:
        found = error.diagnostic
        raise ComposeError(found.position or start, found.message, found.suggestion) from error
    for found in diagnostics.sorted():
        raise ComposeError(found.position or start, found.message, found.suggestion)
    if content is None:
        raise ComposeError(start, "the file is empty", "a compose file needs the key 'services'")
    if not isinstance(content, Fields):
        raise ComposeError(
            content.position, "a compose file must be a mapping", "add services: at the top level"
        )
    return Document(content, tags)


@dataclass
class _Builder(Builder):
    tags: dict[Position, str] = field(default_factory=dict)

    def scalar(self, event: Any, position: Position) -> Scalar:
        scalar = super().scalar(event, position)
        if event.tag in _TAGS:
            self.tags[scalar.position] = event.tag
        return scalar

    def tagged(self, tag: str | None, position: Position) -> None:
        if tag in _TAGS:
            self.tags[position] = str(tag)
        else:
            super().tagged(tag, position)

    def merge_key(self, key: Scalar) -> None:
        """Accept a merge key; `entries` resolves it."""

    def entries(self, events: Iterator[Any], depth: int) -> tuple[tuple[Scalar, Value], ...]:
        """Return the mapping's own keys first, then the merged ones that it does not have."""
        found = super().entries(events, depth)
        entries = {key.text: (key, value) for key, value in found if not _is_merge(key)}
        for merge, value in found:
            for source in _sources(value) if _is_merge(merge) else ():
                for key, inherited in source.entries:
                    entries.setdefault(key.text, (key, inherited))
        return tuple(entries.values())


def _is_merge(key: Scalar) -> bool:
    return key.text == "<<" and not key.style


def _sources(value: Value) -> Iterator[Fields]:
    for item in value.items if isinstance(value, Items) else (value,):
        if not isinstance(item, Fields):
            raise BrokenFile(
                item.position, "'<<' can merge only mappings", "write an alias of a mapping: *NAME"
            )
        yield item
