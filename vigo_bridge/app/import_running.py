# SPDX-License-Identifier: GPL-3.0-or-later
"""Converts running containers to a stack, and reports what could not be converted."""

from __future__ import annotations

from collections.abc import Sequence

from vigo_bridge.app.importing import ImportOptions, import_from
from vigo_bridge.compose.running.reading import read_containers, read_running


def import_running(project: str, options: ImportOptions, output: str) -> None:
    """Write the stack of a compose project, and print a summary. Raise Failure, Ended."""
    import_from(lambda: read_running(project, options.destination), options, output)


def import_containers(
    names: Sequence[str], project: str | None, options: ImportOptions, output: str
) -> None:
    """Write the stack of containers, and print a summary. Raise Failure, Ended.

    project: the name of the configcrate and the role; None for the first container's.
    """
    import_from(lambda: read_containers(names, project, options.destination), options, output)
