# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is full: files can be created there, but nothing can be written to them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest


def fill_disk(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str = "*") -> None:
    """From now on, no file of this name below the folder takes a byte."""
    real = io.open

    def opened(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        is_written = set(mode) & set("wax+") and isinstance(file, (str, Path))
        path = Path(file).absolute() if is_written else Path("/")
        if folder in path.parents and path.match(name):
            real(path, "ab").close()
            file = "/dev/full"
        return real(file, mode, *arguments, **options)

    monkeypatch.setattr(io, "open", opened)
