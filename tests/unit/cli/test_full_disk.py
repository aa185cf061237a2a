# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a disk is full, a command ends with 1, says so, and names the file."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.unit.full_disk import fill_disk
from vigo_bridge.cli.program import program

STACKS = Path(__file__).parents[3] / "stacks"
HERE = ("--local", "--as", "c.app.example.com")
FULL = "the disk is full; "

#: arguments, the file that cannot be written, what is said of it beside that
COMMANDS: dict[str, tuple[list[str], str, str]] = {
    "init": (["init", "new"], "new/stack.vgo", "cannot be written: "),
    "generate": (["generate", "new", *HERE], "new/site.yml", "cannot be written: "),
    "generate roles": (
        ["generate", "new", "--style", "tasks", *HERE],
        "new/site.yml",
        "cannot be written: ",
    ),
    "import": (
        ["import", "compose", "compose.yml", "--stacks", "new"],
        "new/stack.vgo",
        "cannot be written: ",
    ),
    "the project of a plan": (["plan", *HERE], "project/site.yml", ""),
    "the project of a run": (["run", *HERE], "project/site.yml", ""),
    "the history": (["run", *HERE], "history/*000001.json*", "the history cannot be kept: "),
    "a task": (
        ["task", "run", "true", "--target", "*", *HERE],
        "history/*000001.json*",
        "the history cannot be kept: ",
    ),
}


@pytest.mark.parametrize(("arguments", "file", "said"), COMMANDS.values(), ids=COMMANDS)
def test_a_full_disk(
    arguments: list[str],
    file: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(STACKS, "stacks")
    Path("compose.yml").write_text("services: {web: {image: nginx}}\n")
    Path("private").mkdir()
    monkeypatch.setenv("VIGO_SECRET_VIGO_WEBAPP_DATABASE_URL", "a-long-enough-value")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("vigo_bridge.private_folder._SHARED_MEMORY", tmp_path / "private")
    fill_disk(monkeypatch, tmp_path, Path(file).name)
    finished = CliRunner().invoke(program, arguments)
    assert finished.exit_code == 1
    assert isinstance(finished.exception, SystemExit)
    assert FULL in finished.stderr
    assert said in finished.stderr
    named = [word.rstrip(":") for word in finished.stderr.split() if "/" in word]
    assert any(Path(word).match(file) for word in named), named
    kept = [path for path in (tmp_path / "state").rglob("*") if path.suffix in (".json", ".new")]
    assert kept == []


#: commands that write files for the user, into `new`
WRITING = {
    "init": ["init", "new"],
    "generate": ["generate", "new", *HERE],
    "generate roles": ["generate", "new", "--style", "tasks", *HERE],
    "import": ["import", "compose", "compose.yml", "--stacks", "new"],
    "import into a stack": ["import", "compose", "compose.yml", "--stacks", "new", "--force"],
}


def _content(folder: Path) -> dict[str, bytes | None]:
    """Return the content of a folder, by path."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("name", WRITING)
def test_a_disk_that_is_full_at_one_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left, nothing is lost, and the next try works. Of many files some are tried."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(STACKS, "stacks")
    Path("compose.yml").write_text("services: {web: {image: nginx}, db: {image: redis}}\n")
    assert CliRunner().invoke(program, WRITING[name]).exit_code == 0
    written = sorted(path for path, text in _content(tmp_path / "new").items() if text is not None)
    assert len(written) > 3
    if name == "import into a stack":
        written.remove("stack.vgo")  # It is kept, as is the match entry, which has the role.
        written = [path for path in written if not path.startswith("envoys/")]
        Path("new/roles/mine.vgo").write_text("roles: {}\n")
        Path("new/configcrates/web.vgo").write_text("# mine\n")
    else:
        shutil.rmtree("new")
    before = _content(tmp_path)
    for path in written[:: 1 + len(written) // 4]:
        with pytest.MonkeyPatch.context() as patch:
            fill_disk(patch, tmp_path, path)
            finished = CliRunner().invoke(program, WRITING[name])
        assert finished.exit_code == 1, path
        assert f"new/{path} cannot be written: {FULL}" in finished.stderr
        assert _content(tmp_path) == before
    assert CliRunner().invoke(program, WRITING[name]).exit_code == 0
    assert set(written) <= set(_content(tmp_path / "new"))


@pytest.mark.parametrize("file", ["hosts.txt", "room"])
def test_a_disk_that_is_full_when_the_hosts_have_their_turn(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host counts as failed, and the run is remembered."""
    monkeypatch.setenv("VIGO_SECRET_VIGO_WEBAPP_DATABASE_URL", "a-long-enough-value")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("vigo_bridge.private_folder._SHARED_MEMORY", tmp_path)
    monkeypatch.setattr("vigo_bridge.run.call.play", lambda *_: "PLAY RECAP")
    fill_disk(monkeypatch, tmp_path, file)
    arguments = ["run", "--stacks", str(STACKS), *HERE, "-o", "json"]
    finished = CliRunner().invoke(program, arguments)
    assert finished.exit_code == 3
    (envoy,) = json.loads(finished.stdout)["envoys"].values()
    assert envoy["status"] == "failed"
    assert f"{file}: the disk is full; free some space" in envoy["message"]
    shown = CliRunner().invoke(program, ["history", "-o", "json"])
    assert [record["status"] for record in json.loads(shown.stdout)] == ["failed"]


@pytest.mark.parametrize("arguments", [["config", "tree"], ["schema"], ["--help"]])
def test_a_full_disk_behind_standard_output(arguments: list[str]) -> None:
    finished = _called(arguments, "> /dev/full")
    assert finished.returncode == 1
    assert finished.stderr == "Error: standard output: the disk is full; free some space\n"


def test_a_reader_that_has_enough() -> None:
    finished = _called(["schema"], "| head -c 1")
    assert (finished.stdout, finished.stderr) == ("{", "")


def _called(arguments: list[str], redirected: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "vigo_bridge", *arguments]
    return subprocess.run(
        ["sh", "-c", f'"$@" {redirected}', "sh", *command],
        capture_output=True,
        text=True,
        check=False,
        cwd=STACKS.parent,
    )
