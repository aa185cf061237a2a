# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks and inventory files that documentation shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_program import ansible
from tests.unit.collection.module_sources import COLLECTION, load_yaml

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PAGES = [COLLECTION / "README.md", ROOT / "docs/ansible.md"]


def snippets() -> list[tuple[str, Any]]:
    """Return the YAML of the pages, as text and parsed."""
    texts = [
        text
        for page in PAGES
        for text in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.M | re.S)
    ]
    return [(text, load_yaml(text)) for text in texts]


def test_playbooks_are_right(tmp_path: Path) -> None:
    plays = [text for text, content in snippets() if isinstance(content, list)]
    assert len(plays) >= 4
    for number, text in enumerate(plays):
        (tmp_path / f"{number}.yml").write_text(text)
    (tmp_path / "nginx.conf").write_text("")
    names = [f"{number}.yml" for number in range(len(plays))]
    finished = ansible("playbook", "-i", "web1,", "--syntax-check", *names, cwd=tmp_path)
    assert finished.status == 0, finished.out + finished.err


def test_inventory_files_have_known_options() -> None:
    sources = [content for _, content in snippets() if isinstance(content, dict)]
    assert sources
    for source in sources:
        assert set(source) <= {"plugin", "stack"}
        assert source["plugin"] == "vigo.bridge.stacks"
