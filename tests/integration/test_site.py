# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation's site builds, no link in it is broken, and its reference is whole."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from vigo_bridge.language.catalog import ATTRIBUTES

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


def test_links(site: Path) -> None:
    """MkDocs itself does not report links to files and headings that the site does not have."""
    pages = [page for page in site.rglob("*.html") if page.name != "404.html"]
    assert len(pages) > 30
    found = [f"{page.relative_to(site)}: {link}" for page in pages for link in broken(page)]
    assert found == []


def broken(page: Path) -> Iterator[str]:
    """Yield the links of a page to files and anchors that do not exist."""
    for link in re.findall(r'(?:href|src)="([^"]*)"', content(page)):
        path, _, anchor = link.partition("#")
        if re.match(r"\w+:", path):
            continue
        target = page.parent / path if path else page
        if target.is_dir():
            target /= "index.html"
        if not target.exists() or (anchor and f'id="{anchor}"' not in content(target)):
            yield link


@cache
def content(page: Path) -> str:
    return page.read_text(encoding="utf-8")


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
