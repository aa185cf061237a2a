# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of user finds their page: what few clicks lead to from the README."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.project.test_metadata import ROOT

#: The page for each kind of user, and how many clicks may lead to it.
PAGES = {
    "from scratch": ("docs/tutorial.md", 1),
    "a user of Vigo": ("docs/migrate-from-vigo.md", 1),
    "a user of Compose": ("docs/migrate-from-compose.md", 1),
    "a user of Ansible": ("docs/ansible.md", 1),
    "an author of roles": ("docs/migrate-from-ansible.md", 1),
    "an author of roles, from a stack": ("docs/task-style.md", 1),
    "a contributor": ("CONTRIBUTING.md", 1),
}


def links(page: str) -> Iterator[str]:
    """Yield the pages that a page links to. A folder shows its README."""
    for link in re.findall(
        r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8")
    ):
        path = Path(os.path.normpath(ROOT / Path(page).parent / link))
        path = path / "README.md" if path.is_dir() else path
        if path.suffix == ".md" and path.is_file():
            yield str(path.relative_to(ROOT))


def clicks() -> dict[str, int]:
    """Return the pages that can be reached from the README, each with its number of clicks."""
    found = {"README.md": 0}
    waiting = ["README.md"]
    while waiting:
        page = waiting.pop(0)
        for link in links(page):
            if link not in found:
                found[link] = found[page] + 1
                waiting.append(link)
    return found


@pytest.mark.parametrize("user", PAGES)
def test_a_user_finds_the_page(user: str) -> None:
    page, most = PAGES[user]
    assert clicks()[page] <= most


def test_every_page_is_three_clicks_away_at_most() -> None:
    pages = {str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")}
    reached = {page for page, count in clicks().items() if count <= 3}
    assert pages - reached == set()
