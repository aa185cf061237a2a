# SPDX-License-Identifier: GPL-3.0-or-later
"""`vigo-bridge init` writes a stack that is right, and nothing over anything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vigo_bridge.cli.program import program


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(program, arguments)


def test_the_new_stack_is_valid_and_is_for_this_machine(folder: Path) -> None:
    made = call("init")
    assert made.exit_code == 0, made.output
    assert "wrote stacks/configcrates/hello.vgo" in made.output
    validated = call("config", "validate", "--strict")
    assert validated.exit_code == 0, validated.output
    assert "hello/web" in call("config", "trace", "--local").output


def test_editors_find_the_schema(folder: Path) -> None:
    assert call("init", "mine", "--match", "*").exit_code == 0
    files = list((folder / "mine").rglob("*.vgo"))
    assert len(files) == 3
    for file in files:
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text())
        assert named is not None
        assert (file.parent / named[1]).is_file()


def test_nothing_is_overwritten(folder: Path) -> None:
    (folder / "stacks").mkdir()
    (folder / "stacks" / "notes.txt").write_text("mine")
    refused = call("init")
    assert refused.exit_code == 1
    assert "stacks is not empty" in refused.output
    assert [path.name for path in (folder / "stacks").iterdir()] == ["notes.txt"]


#: the pattern -> the call that is named
FIRST_LOOKS = {
    "*.example.com": "vigo-bridge plan --stacks mine --local --as web1.example.com",
    "db1.example.com": "vigo-bridge plan --stacks mine --local --as db1.example.com",
    "db[12].example.com": "vigo-bridge plan --stacks mine --local --as NAME",
    "*": "vigo-bridge plan --stacks mine --local",
}


@pytest.mark.parametrize(("pattern", "named"), FIRST_LOOKS.items())
def test_the_call_that_is_named_finds_the_host(folder: Path, pattern: str, named: str) -> None:
    made = call("init", "mine", "--match", pattern)
    assert f"Look at it with: {named}\n" in made.output
    (folder / "compose.yml").write_text("services: {web: {image: nginx}}\n")
    imported = call("import", "compose", "compose.yml", "--stacks", "mine", "--match", pattern)
    assert f"config validate --stacks mine, then {named}\n" in imported.output
    host = named.rpartition("--as ")[2] if "--as" in named else "any.example.com"
    traced = call("config", "trace", host, "--stacks", "mine")
    assert (traced.exit_code == 0) == (host != "NAME")
