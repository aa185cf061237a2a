# SPDX-License-Identifier: GPL-3.0-or-later
"""Typed access to a mapping of a stack's file; invalid values are reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from vigo_bridge.language.diagnostics import (
    Diagnostics,
    did_you_mean_or_known,
)
from vigo_bridge.language.model import Name
from vigo_bridge.language.position import Position
from vigo_bridge.language.shapes import Shape
from vigo_bridge.language.values import Fields, Items, Scalar, Value

Kind = TypeVar("Kind", Scalar, Items, Fields)


_ANY = Shape({})


class Reader:
    """Returns the values of one mapping by key. Call `finish` when all keys have been read.

    what: the kind of mapping, for messages. shape: the keys that it may have; without one, any.
    """

    def __init__(
        self,
        fields: Fields,
        what: str,
        diagnostics: Diagnostics,
        shape: Shape = _ANY,
    ) -> None:
        self.fields = fields
        self.what = what
        self.diagnostics = diagnostics
        self._shape = shape
        self._entries: dict[str, tuple[Scalar, Value]] = {}
        self._asked: dict[str, None] = {}
        for key, value in fields.entries:
            self._add(key, value)

    def _add(self, key: Scalar, value: Value) -> None:
        name = self._shape.aliases.get(key.text, key.text)
        if name != key.text:
            self.diagnostics.note(
                "VB108", key.position, f"{key.text!r} is now called {name!r}", f"write {name!r}"
            )
        if name in self._entries:
            self.diagnostics.error(
                "VB103",
                key.position,
                f"{key.text!r} and {self._entries[name][0].text!r} are names of the same key",
                "keep one of them",
            )
            return
        self._entries[name] = replace(key, text=name), value

    def has(self, key: str) -> bool:
        return key in self._entries

    def value(self, key: str) -> Value | None:
        """Return the key's value; None if it is missing or null."""
        self._asked.setdefault(key)
        _, value = self._entries.get(key, (None, None))
        return None if isinstance(value, Scalar) and value.data is None else value

    def key_position(self, key: str) -> Position:
        """Return the position of the key, or else of the mapping."""
        entry = self._entries.get(key)
        return entry[0].position if entry else self.fields.position

    def text(self, key: str) -> Scalar | None:
        return self._expect(key, Scalar, "a text")

    def mapping(self, key: str) -> Fields | None:
        return self._expect(key, Fields, "a mapping")

    def variables(self, key: str) -> dict[str, Value]:
        """Return a mapping of names to values of any kind."""
        fields = self.mapping(key)
        return {name.text: value for name, value in fields.entries} if fields else {}

    def items(self, key: str) -> tuple[Value, ...]:
        found = self._expect(key, Items, "a list")
        return found.items if found else ()

    def mappings(self, key: str) -> Iterator[Fields]:
        """Yield the items of a list of mappings."""
        for item in self.items(key):
            if isinstance(item, Fields):
                yield item
            else:
                self._misfit(item, f"an item of {key!r}", "a mapping")

    def texts(self, key: str) -> tuple[Scalar, ...]:
        """Return a list of texts, or one text with commas between them."""
        value = self.value(key)
        if value is None:
            return ()
        texts: list[Scalar] = []
        for item in value.items if isinstance(value, Items) else _split(value):
            if isinstance(item, Scalar) and item.text.strip():
                texts.append(item)
            else:
                self._misfit(item, repr(key), "a name or a list of names")
        return tuple(texts)

    def names(self, key: str) -> tuple[Name, ...]:
        """Return the same for texts for which messages need only the position of the beginning."""
        return tuple(Name(text.text, text.position) for text in self.texts(key))

    def name(self, key: str) -> Name | None:
        text = self.text(key)
        return Name(text.text, text.position) if text else None

    def rest(self) -> tuple[tuple[Scalar, Value], ...]:
        """Return all keys that were not read, with their values."""
        rest = {key: entry for key, entry in self._entries.items() if key not in self._asked}
        self._asked.update(dict.fromkeys(rest))
        return tuple(rest.values())

    def required_text(self, key: str, suggestion: str) -> Scalar | None:
        found = self.text(key)
        if found is not None and found.text.strip():
            return found
        if found is not None:
            report_empty(key, found.position, self.diagnostics)
        elif self.has(key) and self.value(key) is None:
            report_empty(key, self.key_position(key), self.diagnostics)
        elif not self.has(key):
            self.diagnostics.error(
                "VB106", self.fields.position, f"{self.what} has no {key!r}", suggestion
            )
        return None

    def finish(self) -> None:
        """Report unknown keys."""
        self._ignore(self._shape.ignored)
        self._refuse(self._shape.unsupported)
        for key, (written, _) in self._entries.items():
            if key not in self._asked:
                self.diagnostics.error(
                    "VB105",
                    written.position,
                    f"{self.what} has no key {written.text!r}",
                    did_you_mean_or_known(key, self._shape.keys),
                )

    def _ignore(self, keys: Sequence[str]) -> None:
        """Mark keys of Vigo that have no effect on a host as read."""
        for key in keys:
            if self.value(key) is not None:
                self.diagnostics.note(
                    "VB109",
                    self.key_position(key),
                    f"{key!r} is ignored",
                    "remove it if only vigo-bridge uses this file",
                )

    def _refuse(self, keys: Sequence[str]) -> None:
        """Report keys of Vigo that are not supported."""
        for key in keys:
            if self.value(key) is not None:
                self.diagnostics.error(
                    "VB107",
                    self.key_position(key),
                    f"{key!r} is not supported",
                    "remove it, and do it manually",
                )

    def _expect(self, key: str, kind: type[Kind], expected: str) -> Kind | None:
        value = self.value(key)
        if value is None or isinstance(value, kind):
            return value
        self._misfit(value, repr(key), expected)
        return None

    def _misfit(self, value: Value, label: str, expected: str) -> None:
        self.diagnostics.error(
            "VB104", value.position, f"{label} must be {expected}, not {described(value)}"
        )


def _split(value: Value) -> list[Value]:
    """Return the parts of a text between commas, each with its own position."""
    if not isinstance(value, Scalar) or "," not in value.text:
        return [value]
    parts: list[Value] = []
    for match in re.finditer(r"[^,\s][^,]*", value.text):
        part, position = match[0].rstrip(), value.position_of(match.start())
        parts.append(Scalar(part, part, position, part))
    return parts


def report_empty(key: str, position: Position, diagnostics: Diagnostics) -> None:
    """Report a required value that is empty."""
    diagnostics.error("VB106", position, f"{key!r} is required, but empty", "write its value")


def described(value: Value) -> str:
    """Return the kind of a value, for messages."""
    if isinstance(value, Items):
        return "a list"
    if isinstance(value, Fields):
        return "a mapping"
    return repr(value.text) if value.text else "empty"
