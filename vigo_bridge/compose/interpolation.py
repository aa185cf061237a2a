# SPDX-License-Identifier: GPL-3.0-or-later
"""`$NAME`, `${NAME}` and the forms with a default, an alternative or an error, as in compose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.secret_names import names_secret
from vigo_bridge.compose.text import Interpolated, Part, Use
from vigo_bridge.language.position import Position
from vigo_bridge.language.values import Fields, Items, Scalar, Value

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-?+]")


@dataclass(frozen=True)
class Variable:
    """A variable of compose's environment. origin: for comments, such as `.env:3`."""

    value: str
    origin: str


Environment = Mapping[str, Variable]


def interpolated(value: Value, environment: Environment) -> Value:
    """The value with the variables of all its texts; keys stay. Raises ComposeError."""
    if isinstance(value, Scalar):
        return _scalar(value, environment)
    if isinstance(value, Items):
        items = tuple(interpolated(item, environment) for item in value.items)
        return Items(items, value.position)
    entries = ((key, interpolated(content, environment)) for key, content in value.entries)
    return Fields(tuple(entries), value.position)


def substitute(text: str, environment: Environment, position: Position) -> tuple[Part, ...]:
    """The text's pieces. Raises ComposeError.

    What looks like a secret may be missing: its value goes into a secret store, not into files.
    """
    return _Reader(text, environment, position).parts()


def _scalar(scalar: Scalar, environment: Environment) -> Scalar:
    if "$" not in scalar.text:
        return scalar
    parts = substitute(scalar.text, environment, scalar.position)
    text = "".join(part if isinstance(part, str) else part.value for part in parts)
    return Interpolated(text, text, scalar.position, scalar.written, scalar.style, parts)


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str, environment: Environment, position: Position) -> None:
        self.text = text
        self.environment = environment
        self.position = position
        self.at = 0

    def parts(self, end: str = "") -> tuple[Part, ...]:
        """Up to the end of the text, or to the closing brace."""
        found: list[Part] = []
        literal = ""
        while self.at < len(self.text) and self.text[self.at] != end:
            if self.text[self.at] != "$":
                literal += self.text[self.at]
                self.at += 1
            elif self.text.startswith("$$", self.at):
                literal += "$"
                self.at += 2
            else:
                found += [literal, self._use()]
                literal = ""
        return tuple(part for part in (*found, literal) if part != "")

    def _use(self) -> Part:
        start = self.at
        is_braced = self.text.startswith("${", start)
        name = _NAME.match(self.text, start + 1 + is_braced)
        if name is None:
            raise self._invalid(start)
        self.at = name.end()
        if not is_braced:
            return self._plain(name[0])
        operator = _OPERATOR.match(self.text, self.at)
        argument: tuple[Part, ...] = ()
        if operator is not None:
            self.at = operator.end()
            argument = self.parts(end="}")
        if not self.text.startswith("}", self.at):
            raise self._invalid(start)
        self.at += 1
        return self._applied(name[0], operator[0] if operator else "", argument)

    def _plain(self, name: str) -> Use:
        found = self.environment.get(name)
        if found is None:
            return Use(name, "", "not set anywhere", is_set=False)
        return Use(name, found.value, found.origin)

    def _applied(self, name: str, operator: str, argument: tuple[Part, ...]) -> Part:
        text = "".join(part if isinstance(part, str) else part.value for part in argument)
        found = self._plain(name)
        counts = found.is_set and (found.value != "" or not operator.startswith(":"))
        match operator[-1:]:
            case "+":
                return text if counts else ""
            case "-" if not counts:
                return Use(name, text, "the default that stands there")
            case "?" if not counts and not names_secret(name):
                raise ComposeError(
                    self.position,
                    f"{name} must be set: {text}".removesuffix(": "),
                    f"set it as compose needs it: in .env, with --env-file, or export {name}=...",
                )
        return found

    def _invalid(self, start: int) -> ComposeError:
        shown = self.text[start : start + 20]
        return ComposeError(
            self.position,
            f"{shown!r} is no variable",
            "write ${NAME}, ${NAME:-default}, or $$ for a dollar sign",
        )
