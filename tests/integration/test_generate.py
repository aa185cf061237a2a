# SPDX-License-Identifier: GPL-3.0-or-later
"""A generated project has the hosts that its command was given."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from vigo_bridge.ansible import program as ansible_program
from vigo_bridge.cli.program import program

STACKS = Path(__file__).parents[2] / "stacks"
WEB = "web1.app.example.com"

#: style, -i -> the variables of the host in the project; `FILE` is an inventory
SOURCES: dict[str, tuple[str, list[str], dict[str, Any]]] = {
    "a list with a port": ("bundle", [f"{WEB}:2222,other"], {"ansible_port": 2222}),
    "a list and a file": ("tasks", [f"{WEB},", "FILE"], {"ansible_host": "192.0.2.1"}),
}


@pytest.mark.parametrize(("style", "sources", "expected"), SOURCES.values(), ids=SOURCES)
def test_sources(tmp_path: Path, style: str, sources: list[str], expected: dict[str, Any]) -> None:
    file = tmp_path / "hosts.ini"
    file.write_text(f"{WEB} ansible_host=192.0.2.1\n")
    shutil.copytree(STACKS, tmp_path / "stacks")
    given = [option for one in sources for option in ("-i", str(file) if one == "FILE" else one)]
    folder = tmp_path / "project"
    options = ["--style", style, "--stacks", str(tmp_path / "stacks")]
    done = CliRunner().invoke(program, ["generate", str(folder), *options, *given])
    assert done.exit_code == 0, done.stderr
    listed = subprocess.run(
        ansible_program.command("inventory", "--host", WEB),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Unable to parse" not in listed.stderr
    found = json.loads(listed.stdout)
    assert {name: found[name] for name in found if name.startswith("ansible_")} == expected


def test_a_path_that_the_project_cannot_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(STACKS, "stacks")
    Path("eu,us").mkdir()
    Path("eu,us/hosts").write_text(f"{WEB}\n")
    refused = CliRunner().invoke(program, ["generate", "project", "-i", "eu,us"])
    assert refused.exit_code == 1
    assert f"{tmp_path}/eu,us' cannot be listed in ansible.cfg" in refused.stderr
    assert not Path("project").exists()
