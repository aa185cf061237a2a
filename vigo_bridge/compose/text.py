# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of a compose file, with the parts that come from variables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Scalar


@dataclass(frozen=True)
class Use:
    """One `${...}`. value: its value; origin: what set it, for comments.

    is_set: whether it has a value at all; without one, compose uses the empty text.
    is_required: whether compose ends with an error without a value, as for `${NAME:?error}`.
    is_default: whether its value is beside its name, as in `${NAME:-value}`.
    """

    name: str
    value: str
    origin: str
    is_set: bool = True
    is_default: bool = False
    is_required: bool = False


Part = str | Use


@dataclass(frozen=True)
class Interpolated(Scalar):
    """A scalar with variables in it; `text` is the result."""

    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Text:
    """Literal pieces and variables."""

    parts: tuple[Part, ...]
    position: Position

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else part.value for part in self.parts)

    @property
    def uses(self) -> tuple[Use, ...]:
        return tuple(part for part in self.parts if isinstance(part, Use))

    def flat(self) -> Text:
        """Return the same text without variables."""
        return Text((str(self),), self.position)

    def split(self, separator: str, most: int = -1) -> list[Text]:
        """Split the text as `str.split` does.

        Variables stay whole; one that holds a separator becomes literal.
        """
        if any(separator in use.value for use in self.uses):
            return self.flat().split(separator, most)
        pieces: list[list[Part]] = [[]]
        for part in self.parts:
            if isinstance(part, Use):
                pieces[-1].append(part)
                continue
            left = -1 if most < 0 else most - len(pieces) + 1
            first, *rest = part.split(separator, left)
            pieces[-1].append(first)
            pieces.extend([piece] for piece in rest)
        return [Text(tuple(piece), self.position) for piece in pieces]

    def partition(self, separator: str) -> tuple[Text, Text | None]:
        """Return the text before the first separator, and the text after it if there is one."""
        before, *after = self.split(separator, 1)
        return before, after[0] if after else None


def text_of(scalar: Scalar) -> Text:
    """Return a scalar as text."""
    parts = scalar.parts if isinstance(scalar, Interpolated) else (scalar.text,)
    return Text(parts, scalar.position)


def tail_of(scalar: Scalar, offset: int) -> Scalar:
    """Return a scalar without its first characters; a variable that is cut becomes literal."""
    text = scalar.text[offset:]
    kept: list[Part] = []
    for part in text_of(scalar).parts:
        length = len(str(part) if isinstance(part, str) else part.value)
        if offset and offset >= length:
            offset -= length
        else:
            value = part if isinstance(part, str) else part.value
            kept.append(value[offset:] if offset else part)
            offset = 0
    return Interpolated(text, text, scalar.position, parts=tuple(kept))


def short(position: Position) -> str:
    """Return a position for comments: the file's name and the line, or the description."""
    if position.line == 0:
        return position.file
    return f"{Path(position.file).name}:{position.line}"


def joined(*parts: Text | str, position: Position) -> Text:
    """Return texts joined."""
    return Text(tuple(_parts(parts)), position)


def _parts(texts: Iterable[Text | str]) -> Iterable[Part]:
    for text in texts:
        yield from (text,) if isinstance(text, str) else text.parts
