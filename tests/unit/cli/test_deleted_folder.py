# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command says when the folder that it was called in is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program


@pytest.mark.parametrize(
    "command",
    [
        *(["plan", "--local"], ["run", "-i", "web1,"], ["envoys", "list"], ["history"]),
        *(["config", "validate"], ["config", "trace", "web1"], ["init"], ["generate", "project"]),
        *(["import", "compose", "compose.yml"], ["secrets", "list"], ["schema"]),
        ["task", "run", "--target", "*", "true"],
    ],
    ids=" ".join,
)
def test_commands(command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    finished = CliRunner().invoke(program, command)
    assert finished.exit_code == 1
    assert finished.output.startswith("Error: the current folder no longer exists; change to")
