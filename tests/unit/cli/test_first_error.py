# SPDX-License-Identifier: GPL-3.0-or-later
"""Where both the stack and the inventory are wrong, one of them is reported, always the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from vigo_bridge.cli.program import program

STACK, INVENTORY = "configcrates/broken.vgo:1:1: error", "hosts.ini does not exist"


@pytest.mark.parametrize(
    ("command", "told", "not_told"),
    [
        (["plan"], STACK, INVENTORY),
        (["run"], INVENTORY, STACK),
        (["envoys", "push", "--all"], INVENTORY, STACK),
    ],
)
def test_first_error(
    command: list[str],
    told: str,
    not_told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    crates = tmp_path / "stacks" / "configcrates"
    crates.mkdir(parents=True)
    (crates / "broken.vgo").write_text("[]\n")
    finished = CliRunner().invoke(program, [*command, "-i", "hosts.ini"])
    assert finished.exit_code == 1
    assert told in finished.output
    assert not_told not in finished.output
