# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the files of stacks, projects and rollouts."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import at


def write_text(path: Path, text: str) -> None:
    """Write a file as UTF-8, with the line ends that the text has.

    Its folder is created where it is missing. An OSError names the file: Python's own does not
    where the disk is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with at(str(path)):
        path.write_text(text, encoding="utf-8", newline="")
