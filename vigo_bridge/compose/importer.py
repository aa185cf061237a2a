# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole import: from compose files to the files of a stack, with the findings."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ansible_collections.vigo.bridge.plugins.module_utils.common.suggest import one_of
from vigo_bridge.compose.conversion.converter import convert
from vigo_bridge.compose.findings import ComposeError, Finding, Findings
from vigo_bridge.compose.loading.key_paths import key_paths
from vigo_bridge.compose.loading.loader import Loaded, load
from vigo_bridge.compose.loading.project_files import STANDARD_INPUT
from vigo_bridge.compose.loading.selection import select
from vigo_bridge.compose.model import Project
from vigo_bridge.compose.reading.reader import read_project
from vigo_bridge.compose.stack.content import ImportedStack
from vigo_bridge.compose.stack.match_entry import with_role
from vigo_bridge.compose.stack.writing import entry_path, files
from vigo_bridge.files import all_or_nothing, write_text
from vigo_bridge.language import Diagnostic
from vigo_bridge.language import load as load_stack
from vigo_bridge.language.folder import files_below
from vigo_bridge.language.identity import FILE, lines, new_id, suggested_name
from vigo_bridge.language.position import Position
from vigo_bridge.resolve import check


@dataclass(frozen=True)
class Import:
    """What an import would write. files: by their path in the stack's folder.

    extended: a file of match entries that exists already, with one more role. keys: the keys at the
    findings' positions, such as `services.web.build`.
    """

    stack: ImportedStack
    files: Mapping[PurePosixPath, str]
    findings: tuple[Finding, ...]
    keys: Mapping[Position, str]
    extended: PurePosixPath | None = None

    @property
    def losses(self) -> int:
        return sum(finding.severity == "lost" for finding in self.findings)


def read_compose(
    sources: Sequence[Path],
    shell: Mapping[str, str],
    *,
    match: str,
    env_files: Sequence[Path] = (),
    project: str | None = None,
    profiles: Collection[str] = (),
    folder: Path = Path("stacks"),
    root: Path | None = None,
    are_stored: bool = False,
) -> Import:
    """Return the imported stack, without writing anything. Raise ComposeError.

    sources: see `select`. shell: variables of the environment. profiles: instead of those of
    COMPOSE_PROFILES. folder: of the stack; it may hold other files of a stack. root: see `load`.
    are_stored: see `Destination`.
    """
    findings = Findings()
    chosen = select(sources, shell, findings, env_files=env_files, root=root)
    loaded = load(chosen, shell, findings, env_files=env_files, project=project, root=root)
    model = read_project(loaded, findings)
    start = Position(str(chosen[0]), 1, 1)
    if not model.services:
        raise ComposeError(start, "the file has no services", "add a compose file")
    active = profiles or _listed_profiles(loaded, model, findings)
    return imported(
        model,
        Destination(match, folder, are_stored),
        findings,
        source=_named(chosen),
        start=start,
        profiles=active,
        keys=key_paths(loaded),
    )


@dataclass(frozen=True)
class Destination:
    """match: the hosts of the match entry. folder: of the stack; it may hold other files of a
    stack. are_stored: whether a store gets the values of the secrets."""

    match: str
    folder: Path
    are_stored: bool = False


def imported(
    project: Project,
    destination: Destination,
    findings: Findings,
    *,
    source: str,
    start: Position,
    profiles: Collection[str] = (),
    keys: Mapping[Position, str] | None = None,
) -> Import:
    """Return the stack of a project, without writing anything. Raise ComposeError.

    source: what it is made from, for comments. start: its position, for findings about the whole.
    """
    folder = destination.folder
    are_stored = destination.are_stored
    stack = convert(project, source, profiles, findings, folder=folder, are_stored=are_stored)
    written = files(stack, destination.match, _identity(folder, stack.name))
    for problem in _problems(written):
        findings.lost(
            start,
            f"the result is not a valid stack: {problem.position}: {problem.message}",
            problem.suggestion or "change this part of the compose file",
        )
    extended = _extend(written, folder, destination.match, stack.name)
    return Import(stack, written, tuple(findings), keys or {}, extended)


def _extend(
    written: dict[PurePosixPath, str], folder: Path, match: str, role: str
) -> PurePosixPath | None:
    """Add the role to the stack's entry for these hosts, if there is one, instead of a new entry.

    Of two entries for the same hosts, only the first one is used.
    """
    found = with_role(folder, match, role)
    if found is None:
        return None
    path, text = found
    del written[entry_path(role)]
    if text != (folder / path).read_text(encoding="utf-8"):
        written[path] = text
    return path


def _identity(folder: Path, project: str) -> str:
    """Return the lines of the stack.vgo; empty if the stack has one already, which is kept.

    An existing stack without one keeps its present name.
    """
    if os.path.lexists(folder / FILE):
        return ""
    is_begun = folder.is_dir() and any(path.suffix == ".vgo" for path in files_below(folder))
    return lines(suggested_name(folder) if is_begun else project, new_id())


def _named(files: Sequence[Path]) -> str:
    return ", ".join(
        "the standard input" if file == STANDARD_INPUT else str(file) for file in files
    )


def _listed_profiles(loaded: Loaded, model: Project, findings: Findings) -> list[str]:
    """Return the profiles of COMPOSE_PROFILES that a service has. Compose ignores the others."""
    known = {name for service in model.services.values() for name in service.profiles or ()} | {"*"}
    for name in loaded.profiles:
        if name not in known:
            findings.warn(
                Position(loaded.environment["COMPOSE_PROFILES"].origin, 0, 0),
                f"COMPOSE_PROFILES: no service has the profile {name!r}",
                one_of(sorted(known)) if len(known) > 1 else "remove it",
            )
    return [name for name in loaded.profiles if name in known]


def _problems(written: Mapping[PurePosixPath, str]) -> list[Diagnostic]:
    """Return the errors that `config validate` would report in these files."""
    with tempfile.TemporaryDirectory() as scratch:
        write(written, Path(scratch))
        found = check(load_stack(Path(scratch)), {})
    return [diagnostic for diagnostic in found if diagnostic.severity == "error"]


def write(written: Mapping[PurePosixPath, str], folder: Path, *, replace: bool = False) -> None:
    """Write all files or none. replace: whether those that exist may be replaced."""
    with all_or_nothing(folder, replace=replace) as new:
        for path, text in written.items():
            write_text(new / path, text)
