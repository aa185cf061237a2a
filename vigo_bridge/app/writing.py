# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports files that must not or cannot be written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import reason
from vigo_bridge.failures import Failure


def refuse_to_overwrite(folder: Path) -> None:
    """End the command where a folder holds anything."""
    if folder.exists() and any(folder.iterdir()):
        raise Failure(
            f"{folder} is not empty; use a new folder, so that your files are not overwritten"
        )


@contextlib.contextmanager
def writing(advice: str) -> Iterator[None]:
    """Raise Failure if the system refuses to write. advice: what to do then."""
    try:
        yield
    except OSError as error:
        raise Failure(f"{error.filename} cannot be written: {reason(error)}; {advice}") from error
