# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files belong to a stack: a copy of them is the same stack."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from vigo_bridge.language import load
from vigo_bridge.language.stack_files import stack_files

EXAMPLE = Path(__file__).parents[3] / "stacks"

#: path -> whether it is kept
PATHS = {
    "stack.vgo": True,
    "common.vgo": True,
    "envoys/eu/common.vgo": True,
    "configcrates/web.vgo": True,
    "templates/page.html": True,
    "templates/deep/down/logo.png": True,
    "executors/motd": True,
    "README.md": False,
    "docker-compose.yml": False,
    "secrets.yml": False,
    "secrets.vault.yml": False,
    "vault-password": False,
    "envoys/secrets.vault.yml": False,
    ".git/config": False,
    ".schema/stack.json": False,
    "templates/.env": False,
    "templates/.git/config": False,
    "configcrates/web.yml": False,
}


def test_files(tmp_path: Path) -> None:
    for name in PATHS:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "templates" / os.fsdecode(b"\xff")).write_text("nothing can name it")
    (tmp_path / "templates" / "outside").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "templates" / "fifo")
    expected = {name: name.encode() for name, is_kept in PATHS.items() if is_kept}
    assert dict(stack_files(tmp_path)) == expected


def test_links_become_files(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a").write_text("text")
    (tmp_path / "templates" / "b").symlink_to("a")
    assert dict(stack_files(tmp_path)) == {"templates/a": b"text", "templates/b": b"text"}


def test_a_missing_folder_has_none(tmp_path: Path) -> None:
    assert list(stack_files(tmp_path / "nothing")) == []


@pytest.mark.parametrize("folder", [EXAMPLE], ids=lambda folder: folder.name)
def test_a_copy_is_the_same_stack(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name, content in stack_files(folder):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(content)
    original = tmp_path / "original"
    shutil.copytree(folder, original)
    loaded, again = load(original), load(copy)
    assert again.configcrates == loaded.configcrates
    assert (again.entries, again.roles, again.commons) == (
        loaded.entries,
        loaded.roles,
        loaded.commons,
    )
