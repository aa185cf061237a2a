# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of a project: an option's, a variable's, a file's, or its folder's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from vigo_bridge.compose.findings import ComposeError
from vigo_bridge.compose.loading.interpolation import Environment, Variable
from vigo_bridge.language.position import Position

VARIABLE = "COMPOSE_PROJECT_NAME"
_VALID = re.compile(r"[a-z0-9][a-z0-9_-]*")


def project_name(
    option: str | None, environment: Environment, of_files: Iterable[str], folder: Path
) -> Variable:
    """Return the project's name and where it is set. Raise ComposeError for an invalid one.

    of_files: the values of `name:`, later files last.
    """
    known = environment.get(VARIABLE)
    if option:
        return valid(Variable(option, "--project-name"))
    if known is not None and known.value:
        return valid(known)
    written = next((name for name in reversed(list(of_files)) if name), "")
    if written:
        return Variable(normalised(written), "the name of the project")
    return Variable(normalised(folder.name), "the name of the project")


def normalised(name: str) -> str:
    """Return a project's name as compose derives it from a folder's."""
    return re.sub(r"^[_-]+", "", re.sub(r"[^a-z0-9_-]", "", name.lower())) or "project"


def valid(name: Variable) -> Variable:
    """Return the name of a project. Raise ComposeError for one that compose does not accept."""
    if not _VALID.fullmatch(name.value):
        raise ComposeError(
            Position(name.origin, 0, 0),
            f"invalid project name {name.value!r}",
            "use lowercase letters, digits, hyphens and underscores; start with a letter or digit",
        )
    return name
