# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the value of a variable in the files of a stack, and nothing else in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vigo_bridge.files import all_or_nothing, write_text
from vigo_bridge.language.definitions import definitions
from vigo_bridge.language.diagnostics import Diagnostics
from vigo_bridge.language.model import Stack
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Scalar, scalars
from vigo_bridge.language.yaml_tree import BrokenFile, parse

_MARK = "\ufeff"


class NotPinned(Exception):
    """A variable cannot be changed. The message says why."""


@dataclass(frozen=True)
class Pinned:
    """The definitions of a variable: their places, and their value."""

    name: str
    value: str
    places: tuple[Scalar, ...]

    @property
    def positions(self) -> tuple[Position, ...]:
        return tuple(place.position for place in self.places)


def found(stack: Stack, name: str) -> Pinned:
    """Return the definitions of a variable. Raise NotPinned unless all have the same value."""
    by_position: dict[Position, Scalar] = {}
    for value in definitions(stack, name):
        if not isinstance(value, Scalar) or "\n" in value.written or value.style in ("|", ">"):
            raise NotPinned(f"{value.position}: the value of {name} is not on a line of its own")
        by_position[value.position] = value
    places = tuple(by_position[position] for position in sorted(by_position))
    if not places:
        raise NotPinned(f"variable {name!r} is not defined")
    different = next((place for place in places if place.text != places[0].text), None)
    if different is not None:
        raise NotPinned(
            f"{name} has different values in {places[0].position} and {different.position}"
        )
    return Pinned(name, places[0].text, places)


def pin(stack: Stack, values: Mapping[str, str]) -> None:
    """Write new values of variables, in all files or none. Raise NotPinned, OSError."""
    by_file: dict[str, list[tuple[Scalar, str]]] = {}
    for name, value in values.items():
        for place in found(stack, name).places:
            by_file.setdefault(place.position.file, []).append((place, value))
    root = Path(os.path.realpath(stack.folder))
    changed = {
        PurePosixPath(os.path.relpath(os.path.realpath(root / file), root)): _edited(
            root / file, file, changes
        )
        for file, changes in by_file.items()
    }
    with all_or_nothing(root, replace=True) as new:
        for path, text in changed.items():
            write_text(new / path, text)


def _edited(path: Path, file: str, changes: Iterable[tuple[Scalar, str]]) -> str:
    """Return the text of a file with new values. Raise NotPinned."""
    content = path.read_bytes()
    text = content.decode("utf-8")
    mark, text = (_MARK, text[1:]) if text.startswith(_MARK) else ("", text)
    lines = text.split("\n")
    wanted = {place.position: value for place, value in changes}
    for place, value in sorted(changes, key=lambda item: item[0].position, reverse=True):
        line, start = lines[place.position.line - 1], place.position.column - 1
        end = start + len(place.written)
        if line[start:end] != place.written:
            raise NotPinned(f"{place.position}: the file has changed in the meantime")
        lines[place.position.line - 1] = f'{line[:start]}"{value}"{line[end:]}'
    edited = mark + "\n".join(lines)
    before, after = _texts(file, content), _texts(file, edited.encode())
    expected = [wanted.get(position, value) for position, value in before]
    used = sum(position in wanted for position, _ in before)
    if used != len(wanted) or expected != [value for _, value in after]:
        raise NotPinned(f"{file}: the value cannot be changed without changing others")
    return edited


def _texts(file: str, content: bytes) -> list[tuple[Position, str]]:
    try:
        root = parse(file, content, Diagnostics())
    except BrokenFile as broken:
        raise NotPinned(str(broken.diagnostic)) from broken
    return [] if root is None else [(each.position, each.text) for each in scalars(root)]
