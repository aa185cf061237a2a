# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole import: from compose files to the files of a stack, with the findings."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vigo_bridge.compose.conversion import convert
from vigo_bridge.compose.findings import ComposeError, Finding, Findings
from vigo_bridge.compose.key_paths import key_paths
from vigo_bridge.compose.loading import load
from vigo_bridge.compose.reading import read_project
from vigo_bridge.compose.stack_files import ImportedStack
from vigo_bridge.compose.writing import files
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

    keys: the keys at the findings' positions, such as `services.web.build`.
    """

    stack: ImportedStack
    files: Mapping[PurePosixPath, str]
    findings: tuple[Finding, ...]
    keys: Mapping[Position, str]

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
) -> Import:
    """Return the imported stack, without writing anything. shell: variables of the environment.

    Raise ComposeError.

    folder: of the stack; it may hold other files of a stack. root: see `load`.
    """
    findings = Findings()
    loaded = load(sources, shell, env_files=env_files, project=project, root=root)
    model = read_project(loaded, findings)
    if not model.services:
        raise ComposeError(
            Position(str(sources[0]), 1, 1), "the file has no services", "add a compose file"
        )
    _note_overrides(sources, findings)
    stack = convert(model, ", ".join(map(str, sources)), profiles, findings)
    written = files(stack, match, _identity(folder, stack.name))
    for problem in _problems(written):
        findings.lost(
            Position(str(sources[0]), 1, 1),
            f"the result is not a valid stack: {problem.position}: {problem.message}",
            problem.suggestion or "change this part of the compose file",
        )
    return Import(stack, written, tuple(findings), key_paths(loaded))


def _identity(folder: Path, project: str) -> str:
    """Return the lines of the stack.vgo; empty if the stack has one already, which is kept.

    An existing stack without one keeps its present name.
    """
    if os.path.lexists(folder / FILE):
        return ""
    is_begun = folder.is_dir() and any(path.suffix == ".vgo" for path in files_below(folder))
    return lines(suggested_name(folder) if is_begun else project, new_id())


def _note_overrides(sources: Sequence[Path], findings: Findings) -> None:
    """Report override files: compose reads them by itself when it is called without -f."""
    for suffix in (".override.yml", ".override.yaml"):
        override = sources[0].with_suffix(suffix)
        if override.exists() and len(sources) == 1:
            findings.note(
                Position(str(override), 1, 1),
                "`docker compose` without -f also reads this file",
                f"import both: vigo-bridge import compose {sources[0]} {override}",
            )


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
