# SPDX-License-Identifier: GPL-3.0-or-later
"""Data flows one way: what runs things knows neither reports nor commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from vigo_bridge import run

FILES = sorted(Path(run.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_imports(file: Path) -> None:
    imported = re.findall(r"^\s*(?:from|import) vigo_bridge\.(\w+)", file.read_text(), re.M)
    assert not {"report", "cli"} & set(imported)
