# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses YAML into values with positions. Stricter than YAML: one document, no duplicate keys, no
tags.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.language.locations import advance
from vigo_bridge.language.position import Position
from vigo_bridge.language.scalars import plain_value
from vigo_bridge.language.values import Fields, Items, Scalar, Value

_MAX_DEPTH = 64
_MAX_VALUES = 200_000
# The error of libyaml 0.2.6 and newer at its own limit, which it reports before it returns the
# values.
_LIBYAML_TOO_DEEP = "exceeded maximum nesting depth"
_OTHER_LINE_BREAK = re.compile("[\x85\u2028\u2029]")
_ESCAPES = {"\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P"}
_STRING_TAG = "tag:yaml.org,2002:str"
# An anchor and a tag, in any order, before a scalar.
_PROPERTIES = re.compile(r"(?:[&!]\S*\s*)+")
_FAST_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class BrokenFile(Exception):
    """A file that cannot be used at all. diagnostic: the reason."""

    def __init__(self, position: Position, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.diagnostic = Diagnostic("error", message, position, "VB102", suggestion)


def parse(
    file: str,
    content: bytes,
    diagnostics: Diagnostics,
    dialect: Callable[[str, str, Diagnostics], Builder] | None = None,
) -> Value | None:
    """Return the file's one document, or None when it is empty. Raise BrokenFile.

    dialect: returns a builder that allows more than stacks do.
    """
    text = _decode(file, content)
    _refuse_other_line_breaks(file, text)
    builder = (dialect or Builder)(file, text, diagnostics)
    try:
        return builder.document(iter(yaml.parse(text, Loader=_FAST_LOADER)))
    except yaml.YAMLError as error:
        raise _broken(file, text, error) from error


def _decode(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        raise BrokenFile(
            _position_in(file, before),
            f"the file is not UTF-8: byte 0x{content[error.start]:02x}",
            "save the file as UTF-8",
        ) from error


def _refuse_other_line_breaks(file: str, text: str) -> None:
    """Report characters that are line breaks for the parser and YAML 1.1, but not for YAML 1.2."""
    found = _OTHER_LINE_BREAK.search(text)
    if found is not None:
        raise BrokenFile(
            _position_in(file, text[: found.start()]),
            f"character U+{ord(found[0]):04X} is not allowed: YAML parsers disagree about"
            " whether it ends a line",
            f'remove it, or write it as "{_ESCAPES[found[0]]}" in double quotes',
        )


@dataclass
class Builder:
    """Builds values from the parser's events. Depth and size are bounded, aliases included."""

    file: str
    text: str
    diagnostics: Diagnostics
    anchors: dict[str, tuple[Value, int]] = field(default_factory=dict)
    count: int = 0

    def document(self, events: Iterator[Any]) -> Value | None:
        root = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise BrokenFile(
                        self._position(event.start_mark),
                        "only one document is allowed; a second one starts here",
                        "move it to a separate file",
                    )
                root = self._value(next(events), events, 0)
        is_empty = isinstance(root, Scalar) and root.data is None
        return None if is_empty else root

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Value:
        position = self._position(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), position)
        if depth > _MAX_DEPTH:
            raise _too_deep(position)
        before = self.count
        self._grow(1, position)
        value: Value
        if isinstance(event, yaml.ScalarEvent):
            value = self.scalar(event, position)
        elif isinstance(event, yaml.SequenceStartEvent):
            self.tagged(event.tag, position)
            value = Items(tuple(self._items(events, depth)), position)
        else:
            self.tagged(event.tag, position)
            value = Fields(self.entries(events, depth), position)
        if event.anchor is not None:
            self.anchors[event.anchor] = value, self.count - before
        return value

    def _alias(self, anchor: str, position: Position) -> Value:
        if anchor not in self.anchors:
            raise BrokenFile(
                position,
                f"'*{anchor}' refers to an anchor that is not defined before it",
                f'to write a string that starts with *, quote it: "*{anchor}"',
            )
        value, size = self.anchors[anchor]
        self._grow(size, position)
        return value

    def _grow(self, values: int, position: Position) -> None:
        self.count += values
        if self.count > _MAX_VALUES:
            raise BrokenFile(
                position,
                f"the file contains more than {_MAX_VALUES} values, aliases expanded",
                "split it, or use fewer aliases",
            )

    def scalar(self, event: Any, position: Position) -> Scalar:
        plain, quoted = event.implicit
        if not (plain or quoted or event.tag == _STRING_TAG):
            self.tagged(event.tag, position)
        data = plain_value(event.value) if plain else event.value
        written = self.text[event.start_mark.index : event.end_mark.index]
        properties = _PROPERTIES.match(written) if event.anchor or event.tag else None
        if properties is not None:
            position = advance(written, properties.end(), position)
            written = written[properties.end() :]
        return Scalar(event.value, data, position, written, event.style or "")

    def _items(self, events: Iterator[Any], depth: int) -> Iterator[Value]:
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._value(event, events, depth + 1)

    def entries(self, events: Iterator[Any], depth: int) -> tuple[tuple[Scalar, Value], ...]:
        entries: dict[str, tuple[Scalar, Value]] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(self._value(event, events, depth + 1))
            value = self._value(next(events), events, depth + 1)
            if key.text in entries:
                first = entries[key.text][0].position
                self.diagnostics.error(
                    "VB103",
                    key.position,
                    f"duplicate key {key.text!r}",
                    f"the first one is in line {first.line}; keep one of them",
                )
            else:
                entries[key.text] = key, value
        return tuple(entries.values())

    def _key(self, key: Value) -> Scalar:
        if not isinstance(key, Scalar):
            raise BrokenFile(
                key.position,
                "a list or mapping cannot be a key",
                'write a template in quotes: "{{ ... }}"',
            )
        if key.text == "<<" and not key.style:
            self.merge_key(key)
        return key

    def merge_key(self, key: Scalar) -> None:
        """Reject `<<`, which stacks do not have."""
        raise BrokenFile(
            key.position,
            "merge keys ('<<') are not part of YAML 1.2",
            "repeat the keys, or use 'defaults:' of the configcrate",
        )

    def tagged(self, tag: str | None, position: Position) -> None:
        """Reject a tag, which stacks do not have."""
        if tag is not None:
            raise BrokenFile(
                position,
                f"tag {tag!r} is not supported",
                "write a text that starts with '!' in quotes",
            )

    def _position(self, mark: Any) -> Position:
        return Position(self.file, mark.line + 1, mark.column + 1)


def _broken(file: str, text: str, error: yaml.YAMLError) -> BrokenFile:
    """Return the same error from the slower parser, which is more precise."""
    if _LIBYAML_TOO_DEEP in str(error):  # The slower parser would take minutes to reach it.
        mark = getattr(error, "problem_mark", None)
        position = Position(file, mark.line + 1, mark.column + 1) if mark else Position(file, 1, 1)
        return _too_deep(position)
    try:
        for _ in yaml.parse(text, Loader=yaml.BaseLoader):
            pass
    except yaml.YAMLError as talkative:
        error = talkative
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        if "end of stream" in str(error.problem) and error.context_mark:
            mark = error.context_mark  # where it was opened, not the end
        problem = ", ".join(part for part in (error.context, error.problem) if part)
        return BrokenFile(
            Position(file, mark.line + 1, mark.column + 1), f"not YAML: {problem}", _advice(problem)
        )
    if isinstance(error, yaml.reader.ReaderError):
        return BrokenFile(
            _position_in(file, text[: error.position]),
            f"character U+{ord(text[error.position]):04X} is not allowed in YAML",
            "remove it, or write it as an escape in double quotes",
        )
    return BrokenFile(Position(file, 1, 1), f"not YAML: {error}", _advice(str(error)))


def _too_deep(position: Position) -> BrokenFile:
    return BrokenFile(
        position,
        f"values are nested more than {_MAX_DEPTH} deep",
        "reduce the nesting, or move them to a separate file",
    )


def _advice(problem: str) -> str:
    if "\\t" in problem:
        return "indent with spaces, not with tabs"
    if "mapping values are not allowed" in problem:
        return "check the indentation, and quote strings that contain ': '"
    if "while scanning an alias" in problem:
        return "write a text that starts with '*' in quotes"
    return "check quotes, brackets and indentation here and in the lines above"


def _position_in(file: str, before: str) -> Position:
    line = before.count("\n") + 1
    return Position(file, line, len(before) - (before.rfind("\n") + 1) + 1)
