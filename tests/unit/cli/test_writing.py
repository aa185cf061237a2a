# SPDX-License-Identifier: GPL-3.0-or-later
"""What commands say when their files cannot be written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program

STACKS = Path(__file__).parents[3] / "stacks"
COMPOSE = "services: {web: {image: nginx}}\n"

#: the command, with a folder that would lie in a file
COMMANDS = {
    "init": ["init", "file/new"],
    "generate": ["generate", "file/new", "--local", "--as", "web1.app.example.com"],
    "as tasks": ["generate", "file/new", "--style=tasks", "--local", "--as=c.app.example.com"],
    "import": ["import", "compose", "compose.yml", "--stacks", "file/new"],
}  # fmt: skip


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_a_folder_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(STACKS, "stacks")
    Path("file").write_text("")
    Path("compose.yml").write_text(COMPOSE)
    refused = CliRunner().invoke(program, arguments)
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert "cannot be written: Not a directory; " in refused.stderr
