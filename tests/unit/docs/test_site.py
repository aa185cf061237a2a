# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation's site builds, no link in it is broken, and its reference is whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from vigo_bridge.language.catalog import ATTRIBUTES

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_attribute_is_documented(site: Path) -> None:
    page = (site / "reference/attributes/index.html").read_text(encoding="utf-8")
    for kind, attributes in ATTRIBUTES.items():
        missing = [name for name in attributes if f"<code>{name}</code>" not in page]
        assert not missing, kind


def test_every_command_is_documented(site: Path) -> None:
    page = (site / "reference/commands/index.html").read_text(encoding="utf-8")
    for command in ("run", "config trace", "import compose", "envoys push", "completion"):
        assert f"vigo-bridge {command}" in page


def test_what_is_refused_is_documented(site: Path) -> None:
    page = (site / "reference/language/index.html").read_text(encoding="utf-8")
    assert "<td>refused</td>" in page
