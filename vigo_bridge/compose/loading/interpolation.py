# SPDX-License-Identifier: GPL-3.0-or-later
"""`$NAME`, `${NAME}` and the forms with a default, an alternative or an error, as in compose."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from ansible_collections.vigo.bridge.plugins.module_utils.language.dollar_variables import (
    LARGEST,
    InvalidVariable,
    Piece,
    pieces,
)
from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.secret_names import names_secret
from vigo_bridge.compose.text import Interpolated, Part, Use
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Fields, Items, Scalar, Value


@dataclass(frozen=True)
class Variable:
    """A variable of compose's environment. origin: for comments, such as `.env:3`."""

    value: str
    origin: str


Environment = Mapping[str, Variable]

_LARGEST_TOTAL = 64 << 20


def interpolated(value: Value, environment: Environment, findings: Findings) -> Value:
    """Return the value with the variables of all its texts; keys stay. Raise ComposeError."""
    return _Interpolation(environment, findings).value(value)


class _Interpolation:
    """The interpolation of one file. The size of the result is limited."""

    def __init__(self, environment: Environment, findings: Findings) -> None:
        self._environment = environment
        self._findings = findings
        self._size = 0

    def value(self, value: Value) -> Value:
        if isinstance(value, Scalar):
            return self._scalar(value) if "$" in value.text else value
        if isinstance(value, Items):
            return Items(tuple(self.value(item) for item in value.items), value.position)
        entries = ((key, self.value(content)) for key, content in value.entries)
        return Fields(tuple(entries), value.position)

    def _scalar(self, scalar: Scalar) -> Scalar:
        parts = substitute(scalar.text, self._environment, scalar.position, self._findings)
        text = "".join(map(_text, parts))
        self._size += len(text)
        if self._size > _LARGEST_TOTAL:
            raise ComposeError(
                scalar.position,
                f"with their variables replaced, the texts exceed {_LARGEST_TOTAL >> 20} MiB",
                "use fewer variables",
            )
        return Interpolated(text, text, scalar.position, scalar.written, scalar.style, parts)


def substitute(
    text: str, environment: Environment, position: Position, findings: Findings
) -> tuple[Part, ...]:
    """Return the text's pieces, and report variables that are not set. Raise ComposeError.

    What looks like a secret may be missing: its value goes into a secret store, not into files.
    """
    try:
        found = pieces(text)
    except InvalidVariable as error:
        raise ComposeError(
            position,
            f"invalid variable {error.shown!r}",
            "write ${NAME}, ${NAME:-default}, or $$ for a dollar sign",
        ) from error
    return _parts(found, environment, position, findings)


def _parts(
    found: Iterable[Piece], environment: Environment, position: Position, findings: Findings
) -> tuple[Part, ...]:
    """Return the parts of a text: adjacent literal pieces are joined, and empty ones dropped."""
    parts = [_part(piece, environment, position, findings) for piece in found]
    if sum(len(_text(part)) for part in parts) > LARGEST:
        raise ComposeError(
            position, "with its variables replaced, the text exceeds 1 MiB", "use fewer variables"
        )
    merged: list[Part] = []
    for is_text, group in itertools.groupby(parts, lambda part: isinstance(part, str)):
        same = list(group)
        merged += ["".join(map(_text, same))] if is_text else same
    return tuple(part for part in merged if part != "")


def _text(part: Part) -> str:
    return part if isinstance(part, str) else part.value


def _part(piece: Piece, environment: Environment, position: Position, findings: Findings) -> Part:
    if isinstance(piece, str):
        return piece
    known = environment.get(piece.name)
    found = Use(piece.name, "", "not set anywhere", is_set=False)
    if known is not None:
        found = Use(piece.name, known.value, known.origin)
    text = "".join(map(_text, _parts(piece.argument, environment, position, findings)))
    counts = found.is_set and (found.value != "" or not piece.operator.startswith(":"))
    match piece.operator[-1:]:
        case "+":
            return text if counts else ""
        case "-" if not counts:
            return Use(piece.name, text, "the default value", is_default=True)
        case "?" if not counts and names_secret(piece.name):
            return replace(found, is_set=False, is_required=True)
        case "?" if not counts:
            raise ComposeError(
                position,
                f"{piece.name} must be set: {text}".removesuffix(": "),
                f"set it as for Compose: in .env, with --env-file, or export {piece.name}=...",
            )
        case "" if known is None:
            findings.warn(
                position,
                f"the variable {piece.name} is not set, so Compose uses an empty string",
                f"set it in .env, with --env-file, or export {piece.name}=...; or write"
                f" ${{{piece.name}:-}} for an empty string, or $$ for a dollar sign",
            )
    return found
