# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulates a full disk: files can be created, but not written to."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest


def fill_disk(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str = "*") -> None:
    """Make every write to files of this name below the folder fail."""
    real = io.open

    def opened(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        is_number = isinstance(file, int)
        path = Path(f"/proc/self/fd/{file}").readlink() if is_number else Path(file).absolute()
        is_written = set(mode) & set("wax+")
        if is_written and folder in path.parents and path.match(name):
            if is_number:
                with real("/dev/full", "ab") as full:
                    os.dup2(full.fileno(), file)
            else:
                real(path, "ab").close()
                file = "/dev/full"
        return real(file, mode, *arguments, **options)

    monkeypatch.setattr(io, "open", opened)
