# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags from real Git repositories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from vigo_bridge.builds.git_tag import commit_tag
from vigo_bridge.failures import Refusal


def git(folder: Path, *words: str) -> str:
    who = {
        f"GIT_{role}_{what}": "a@example.com"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    environment = {**os.environ, **who, "GIT_CONFIG_GLOBAL": "/dev/null"}
    command = ["git", "-c", "init.defaultBranch=main", *words]
    finished = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return finished.stdout.strip()


def commit(folder: Path, **files: str) -> str:
    """Return the short name of a new commit with these files, whose names have _ for /."""
    for name, text in files.items():
        path = folder / name.replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "change")
    return git(folder, "rev-parse", "HEAD")[:12]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    return tmp_path


def tag(top: Path, *paths: str, stack: str = "stacks") -> str:
    return commit_tag([str(top / path) for path in paths], top / stack)


def test_the_last_commit_of_the_folder(top: Path) -> None:
    first = commit(top, web_Dockerfile="1", other="1")
    assert tag(top, "web") == first
    commit(top, other="2")
    assert tag(top, "web") == first
    assert tag(top, ".") != first
    assert tag(top, "web", "other") != first


def test_the_stacks_folder_does_not_count(top: Path) -> None:
    """Otherwise, setting the variable and committing it would give the next build a new tag."""
    first = commit(top, Dockerfile="1", stacks_a="1")
    commit(top, stacks_a="2")
    (top / "stacks/a").write_text("3")
    assert tag(top, ".") == first


@pytest.mark.parametrize("name", ["web/new", "web/Dockerfile", "web/a b"])
def test_a_change_that_is_not_committed(top: Path, name: str) -> None:
    commit(top, web_Dockerfile="1")
    (top / name).write_text("2")
    with pytest.raises(Refusal) as problem:
        tag(top, "web")
    assert f"{top}/{name} is not committed" in str(problem.value)
    assert "--tag" in str(problem.value)


def test_changes_elsewhere_and_ignored_files_do_not_count(top: Path) -> None:
    first = commit(top, web_Dockerfile="1", other="1", web_x="")
    git(top, "mv", "web/x", "web/.gitignore")
    (top / "web/.gitignore").write_text("*.log\n")
    last = commit(top)
    (top / "other").write_text("2")
    (top / "web/a.log").write_text("")
    assert tag(top, "web") == last != first


@pytest.mark.parametrize("name", [":(top)", "*", "!web", "-x", "[a]"])
def test_names_are_not_patterns(top: Path, name: str) -> None:
    (top / name).mkdir()
    (top / name / "Dockerfile").write_text("1")
    first = commit(top)
    commit(top, other="1")
    assert tag(top, name) == first


def test_no_commit(top: Path) -> None:
    (top / "web").mkdir()
    with pytest.raises(Refusal, match=r"cannot use a commit as the tag for .*; choose .* --tag"):
        tag(top, "web")
    commit(top, other="1")
    with pytest.raises(Refusal, match=r"no commit contains .*web"):
        tag(top, "web")


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"not a git repository.*--tag"):
        commit_tag([str(tmp_path)], tmp_path / "stacks")


def test_a_folder_outside_the_repository(
    top: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    commit(top, web_Dockerfile="1")
    other = tmp_path_factory.mktemp("other")
    with pytest.raises(Refusal, match="is not in the Git repository"):
        commit_tag([str(top / "web"), str(other)], top / "stacks")


def test_without_git(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(top))
    with pytest.raises(Refusal, match=r"cannot use a commit as the tag: git: No such file.*--tag"):
        tag(top, ".")


def test_a_repository_starts_no_program(top: Path) -> None:
    """A repository from elsewhere may have settings that name programs."""
    commit(top, web_Dockerfile="1")
    program = top.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {top}/started\n")
    program.chmod(0o755)
    git(top, "config", "core.fsmonitor", str(program))
    assert tag(top, "web")
    assert not (top / "started").exists()
