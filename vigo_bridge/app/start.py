# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the stack of `init`."""

from __future__ import annotations

from pathlib import Path

from vigo_bridge import starter
from vigo_bridge.app.writing import refuse_to_overwrite, writing


def write_starter(folder: Path, pattern: str) -> list[Path]:
    """Write a small stack for the hosts of a pattern; return its files. Raise Failure."""
    refuse_to_overwrite(folder)
    with writing("use another folder"):
        return starter.write(folder, pattern)
