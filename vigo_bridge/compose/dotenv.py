# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of variables, `.env` and those of `env_file`, as compose reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.interpolation import Environment, Variable, substitute
from vigo_bridge.compose.text import Text, short
from vigo_bridge.language.position import Position

_ASSIGNMENT = re.compile(
    r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:(?P<equals>[=:])[ \t]*|$)",
    re.M,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$$"}


@dataclass(frozen=True)
class Line:
    """One variable of a file. text is None where only its name stands there."""

    name: str
    text: Text | None
    position: Position


def read_lines(path: Path, environment: Environment, *, raw: bool = False) -> list[Line]:
    """All variables of a file; earlier ones count in later ones. Raises ComposeError.

    raw: neither quotes nor variables mean anything.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ComposeError(
            Position(str(path), 0, 0),
            f"cannot be read: {reason}",
            "correct the path; an env_file that may be missing needs required: false",
        ) from error
    known = dict(environment)
    lines = []
    for name, value, quote, position in _assignments(str(path), content, raw):
        if value is None:
            lines.append(Line(name, None, position))
            continue
        parts = (value,) if raw or quote == "'" else substitute(value, known, position)
        text = Text(parts, position)
        known.setdefault(name, Variable(str(text), str(position)))
        lines.append(Line(name, text, position))
    return lines


def read_environment(paths: list[Path], shell: Mapping[str, str]) -> dict[str, Variable]:
    """What `${...}` may name: the files' variables, later files first, below those of the shell."""
    exported = {name: Variable(value, "the environment") for name, value in shell.items()}
    found: dict[str, Variable] = {}
    for path in paths:
        for line in read_lines(path, {**found, **exported}):
            if line.text is not None:
                found[line.name] = Variable(str(line.text), short(line.position))
    return {**found, **exported}


def _assignments(
    file: str, content: str, raw: bool
) -> Iterator[tuple[str, str | None, str, Position]]:
    """Name, value, the quote around it, and where."""
    at = 0
    while at < len(content):
        end = content.find("\n", at)
        end = len(content) if end < 0 else end
        line = content[at:end].strip()
        position = Position(file, content.count("\n", 0, at) + 1, 1)
        if not line or line.startswith("#"):
            at = end + 1
            continue
        match = _ASSIGNMENT.match(content, at, end)
        if match is None:
            raise ComposeError(position, "the line is not NAME=VALUE", "write NAME=VALUE")
        value: str | None
        quote = ""
        if not match["equals"]:
            value = None
        elif raw:
            value = content[match.end() : end]
        elif content[match.end() : match.end() + 1] in ('"', "'"):
            quote = content[match.end()]
            value, end = _quoted(content, match.end(), quote, position)
        else:
            value = re.split(r"(?:^|\s)#", content[match.end() : end])[0].strip()
        yield match["name"], value, quote, position
        at = end + 1


def _quoted(content: str, start: int, quote: str, position: Position) -> tuple[str, int]:
    """A value in quotes, and the end of its last line."""
    value = ""
    at = start + 1
    while at < len(content) and content[at] != quote:
        if quote == '"' and content[at] == "\\" and at + 1 < len(content):
            value += _ESCAPES.get(content[at + 1], content[at : at + 2])
            at += 1
        else:
            value += content[at]
        at += 1
    if at >= len(content):
        raise ComposeError(position, f"a quote {quote} is not closed", f"add {quote}")
    end = content.find("\n", at)
    return value, len(content) if end < 0 else end
