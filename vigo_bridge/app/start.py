# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a stack to start from."""

from __future__ import annotations

from pathlib import Path

from vigo_bridge import starter
from vigo_bridge.app.writing import writing
from vigo_bridge.failures import Failure


def write_starter(folder: Path, pattern: str) -> list[Path]:
    """Write a small stack for the hosts of a pattern; return its files. Raises Failure."""
    with writing("name another folder"):
        try:
            return starter.write(folder, pattern)
        except FileExistsError as error:
            raise Failure(
                f"{folder} is not empty; name a new folder, so that nothing of yours is overwritten"
            ) from error
