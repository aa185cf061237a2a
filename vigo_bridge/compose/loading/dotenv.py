# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of variables, `.env` and those of `env_file`, as compose reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.language.env_format import (
    InvalidLine,
    assignments,
    decoded,
)
from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.loading.interpolation import Environment, Variable, substitute
from vigo_bridge.compose.loading.project_files import ProjectFiles
from vigo_bridge.compose.text import Text, short
from vigo_bridge.language.position import Position


@dataclass(frozen=True)
class Line:
    """One variable of a file. text is None if the line has only a name."""

    name: str
    text: Text | None
    position: Position


def read_lines(
    path: Path, content: bytes, environment: Environment, findings: Findings, *, raw: bool = False
) -> list[Line]:
    """Return all variables of a file; earlier ones count in later ones. Raise ComposeError.

    raw: neither quotes nor variables have a meaning.
    """
    try:
        written = decoded(content)
    except UnicodeDecodeError as error:
        raise ComposeError(
            Position(str(path), 0, 0), "it is not UTF-8 text", "save it as UTF-8"
        ) from error
    known = dict(environment)
    lines = []
    try:
        for found in assignments(written, raw):
            position = Position(str(path), found.line, 1)
            if found.value is None:
                lines.append(Line(found.name, None, position))
                continue
            parts = (
                substitute(found.value, known, position, findings)
                if found.has_variables
                else (found.value,)
            )
            text = Text(parts, position)
            if found.name not in environment:
                known[found.name] = Variable(str(text), str(position))
            lines.append(Line(found.name, text, position))
    except InvalidLine as error:
        position = Position(str(path), error.line, 1)
        raise ComposeError(position, str(error), error.advice) from error
    return lines


def read_environment(
    files: Iterable[tuple[Path, bytes]], shell: Mapping[str, str], findings: Findings
) -> dict[str, Variable]:
    """Return the variables for `${...}`: those of the files, later files first, below those of
    the shell.
    """
    exported = {name: Variable(value, "the environment") for name, value in shell.items()}
    found: dict[str, Variable] = {}
    for path, content in files:
        for line in read_lines(path, content, {**found, **exported}, findings):
            if line.text is not None:
                found[line.name] = Variable(str(line.text), short(line.position))
    return {**found, **exported}


def folder_environment(
    folder: Path,
    shell: Mapping[str, str],
    reader: ProjectFiles,
    env_files: Sequence[Path],
    findings: Findings,
) -> dict[str, Variable]:
    """Return the variables for `${...}` in a project's folder. Raise ComposeError.

    env_files: instead of the folder's `.env`; if there are none, those of COMPOSE_ENV_FILES.
    """
    listed = shell.get("COMPOSE_ENV_FILES", "").split(",")
    chosen = env_files or [Path(name.strip()) for name in listed if name.strip()]
    given = [(path, reader.given(path)) for path in chosen]
    return read_environment(given or dotenv_of(folder, reader), shell, findings)


def dotenv_of(folder: Path, reader: ProjectFiles) -> list[tuple[Path, bytes]]:
    """Return the folder's `.env`. A folder, or a link to nothing, is ignored, as by compose."""
    path = folder / ".env"
    if path.is_dir() or not path.exists():
        return []
    return [(path, reader.read(path, Position(str(path), 0, 0)))]
