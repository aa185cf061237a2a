# SPDX-License-Identifier: GPL-3.0-or-later
"""`vigo-bridge init` writes a stack that is right, and nothing over anything."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner, Result

from vigo_bridge.cli.program import program
from vigo_bridge.language import load
from vigo_bridge.language.folder import Kind


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket, "getfqdn", lambda: "workstation.home.test")
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
    assert len(files) == 4
    for file in files:
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", file.read_text())
        assert named is not None
        assert (file.parent / named[1]).is_file()


@pytest.mark.parametrize("kind", get_args(Kind))
def test_the_schemas_are_those_of_the_program(folder: Path, kind: str) -> None:
    assert call("init", "mine").exit_code == 0
    written = (folder / "mine/.schema" / f"{kind}.json").read_text()
    assert written == call("schema", kind).output


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
    assert f"Next step: {named}\n" in made.output
    (folder / "compose.yml").write_text("services: {web: {image: nginx}}\n")
    imported = call("import", "compose", "compose.yml", "--stacks", "mine", "--match", pattern)
    assert f"config validate --stacks mine, then {named}\n" in imported.output
    host = named.rpartition("--as ")[2] if "--as" in named else "any.example.com"
    traced = call("config", "trace", host, "--stacks", "mine")
    assert (traced.exit_code == 0) == (host != "NAME")


def identity_of(folder: Path) -> tuple[str, str]:
    found = load(folder).identity
    assert found.is_named
    assert len(found.id) >= 16
    return found.name, found.id


def test_each_new_stack_has_a_name_and_an_id_of_its_own(folder: Path) -> None:
    (folder / "shop").mkdir()
    for name in ("mine", "shop/stacks"):
        assert call("init", name).exit_code == 0
    mine, shop = identity_of(folder / "mine"), identity_of(folder / "shop/stacks")
    assert (mine[0], shop[0]) == ("mine", "shop")
    assert mine[1] != shop[1]


def test_imports_write_the_identity_once(folder: Path) -> None:
    for number in (1, 2):
        (folder / f"{number}.yml").write_text(f"services: {{web{number}: {{image: nginx}}}}\n")
    first = call("import", "compose", "1.yml", "-p", "one")
    assert "wrote stacks/stack.vgo" in first.output
    before = identity_of(folder / "stacks")
    assert before[0] == "one"
    second = call("import", "compose", "2.yml", "-p", "two", "--force")
    assert second.exit_code == 0, second.output
    assert "stack.vgo" not in second.output
    assert identity_of(folder / "stacks") == before


def test_an_import_into_a_stack_that_was_begun_keeps_the_name_of_its_folder(folder: Path) -> None:
    (folder / "shop/stacks/envoys").mkdir(parents=True)
    (folder / "shop/stacks/envoys/envoys.vgo").write_text("match: '*'\n")
    (folder / "compose.yml").write_text("services: {web: {image: nginx}}\n")
    call("import", "compose", "compose.yml", "-p", "one", "--stacks", "shop/stacks")
    assert identity_of(folder / "shop/stacks")[0] == "shop"


@pytest.mark.parametrize("command", [("run",), ("envoys", "push", "--all")])
def test_prune_needs_a_stack_with_a_name(folder: Path, command: tuple[str, ...]) -> None:
    call("init", "shop/stacks", "--match", "*")
    (folder / "shop/stacks/stack.vgo").unlink()
    refused = call(*command, "--prune", "--local", "--stacks", "shop/stacks")
    assert refused.exit_code == 1
    assert "'shop' is only the name of a folder" in refused.output
    assert "Create stack.vgo in shop/stacks with these lines" in refused.output
    assert refused.output.endswith("Nothing was changed.\n")
    written = re.search(r'^  (name: shop)\n  (id: "[0-9a-f]{32}")$', refused.output, re.M)
    assert written is not None
    (folder / "shop/stacks/stack.vgo").write_text("\n".join(written.groups()))
    assert identity_of(folder / "shop/stacks")[0] == "shop"
