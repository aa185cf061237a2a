# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the compose files of a project, as `docker compose` does when it is called without -f."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from vigo_bridge.compose.findings import ComposeError, Findings
from vigo_bridge.compose.loading.dotenv import folder_environment
from vigo_bridge.compose.loading.project_files import STANDARD_INPUT, ProjectFiles, root_of
from vigo_bridge.language.position import Position

_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
_OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)


def select(
    given: Sequence[Path],
    shell: Mapping[str, str],
    findings: Findings,
    *,
    env_files: Sequence[Path] = (),
    root: Path | None = None,
) -> tuple[Path, ...]:
    """Return the compose files, in the order in which they override each other.

    given: files, folders or `-`; none means the current folder or the nearest one above it that has
    a compose file. shell: variables of the environment. Raise ComposeError.
    """
    if not given:
        here = Path()
        return _listed(here, shell, env_files, root) or _above(here, findings)
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += _listed(path, {}, env_files, root) or _in_folder(path, findings)
        else:
            found.append(path)
    if len(given) == 1 and given[0] in found and given[0] != STANDARD_INPUT:
        _note_override(given[0], findings)
    return tuple(found)


def _listed(
    folder: Path, shell: Mapping[str, str], env_files: Sequence[Path], root: Path | None
) -> tuple[Path, ...]:
    """Return the files that COMPOSE_FILE names; none if it is not set."""
    reader = ProjectFiles(root or root_of(folder.absolute()))
    environment = folder_environment(folder, shell, reader, env_files, Findings())
    listed = environment.get("COMPOSE_FILE")
    if listed is None or not listed.value:
        return ()
    separator = environment.get("COMPOSE_PATH_SEPARATOR")
    names = listed.value.split(separator.value if separator and separator.value else os.pathsep)
    return tuple(Path(name) if name == "-" else folder / name for name in names if name)


def _above(folder: Path, findings: Findings) -> tuple[Path, ...]:
    start = folder.absolute()
    for candidate in (start, *start.parents):
        if any((candidate / name).is_file() for name in _NAMES):
            return _in_folder(folder if candidate == start else candidate, findings)
    raise ComposeError(
        Position(str(start), 0, 0),
        "neither this folder nor one above it has a compose file",
        "set its path: vigo-bridge import compose FILE",
    )


def _in_folder(folder: Path, findings: Findings) -> tuple[Path, ...]:
    """Return the folder's compose file, and the one that overrides it if there is one."""
    present = [folder / name for name in _NAMES if (folder / name).is_file()]
    if not present:
        raise ComposeError(
            Position(str(folder), 0, 0),
            "the folder has no compose file",
            f"its name must be {', '.join(_NAMES[:-1])} or {_NAMES[-1]}; or set the path of a file",
        )
    for other in present[1:]:
        findings.warn(
            Position(str(other), 1, 1),
            f"ignored, as by Compose: {present[0].name} is in the same folder",
            "delete one of them, or set the path of the file to import",
        )
    overrides = [folder / name for name in _OVERRIDES if (folder / name).is_file()]
    return (present[0], *overrides[:1])


def _note_override(file: Path, findings: Findings) -> None:
    """Report an override file, which compose reads when it is called without -f."""
    for suffix in (".override.yml", ".override.yaml"):
        override = file.with_suffix(suffix)
        if override.exists():
            findings.note(
                Position(str(override), 1, 1),
                "`docker compose` without -f also reads this file",
                f"import both: vigo-bridge import compose {file} {override}",
            )
