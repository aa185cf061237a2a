# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts compose files to a stack, and reports what could not be converted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.app.importing import ImportOptions, import_from
from vigo_bridge.compose.importer import Import, read_compose


@dataclass(frozen=True)
class ComposeOptions:
    """How compose files are read. root: see `compose.loading.load`."""

    env_files: Sequence[Path]
    project: str | None
    profiles: Sequence[str]
    root: Path | None


def import_compose(
    files: Sequence[Path], reading: ComposeOptions, options: ImportOptions, output: str
) -> None:
    """Write the stack of compose files, and print a summary. Raise Failure, Ended."""

    def read() -> Import:
        return read_compose(
            files,
            os.environ,
            match=options.match,
            env_files=reading.env_files,
            project=reading.project,
            profiles=reading.profiles,
            root=reading.root,
            folder=options.stacks,
            are_stored=options.store.is_store,
        )

    import_from(read, options, output)
