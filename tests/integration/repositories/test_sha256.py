# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories whose objects are named by SHA-256. They are written by git itself: `Remote` has
SHA-1 only.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.integration.repositories.follower import Watcher
from tests.integration.repositories.remote import FILES, Remote


def test_a_repository_with_sha_256(tmp_path: Path) -> None:
    """Its commits have IDs of 64 digits. It is written by git, as Remote knows SHA-1 only."""
    shop, work = tmp_path / "shop.git", tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q", "--object-format=sha256", "-b", "main")
    git(tmp_path, "init", "-q", "--bare", "--object-format=sha256", "-b", "main", str(shop))
    git(work, "remote", "add", "origin", str(shop))
    commits = [add_commit(work, f"{number}") for number in range(3)]
    assert {len(commit) for commit in commits} == {64}
    watcher = Watcher(str(shop), tmp_path)
    for commit in commits[:2]:
        git(work, "push", "-q", "origin", f"{commit}:refs/heads/main")
        assert watcher.commit() == commit
    git(work, "push", "-q", "origin", f"{commits[2]}:refs/heads/main")
    assert watcher.files()["templates/number"] == b"2"

    git(work, "reset", "-q", "--hard", commits[0])
    other = add_commit(work, "other")
    git(work, "push", "-qf", "origin", f"{other}:refs/heads/main")
    assert f"commit {other[:12]} does not descend from {commits[2][:12]}" in watcher.problem()
    watcher.source().accept(other)
    assert watcher.commit() == other

    git(work, "tag", "-a", "-m", "release", "v1")
    git(work, "push", "-q", "origin", "v1")
    (tmp_path / "tag").mkdir()
    tagged = Watcher(str(shop), tmp_path / "tag", ref="v1")
    assert tagged.commit() == other
    assert tagged.good is not None
    assert len(tagged.good.revision.tag) == 64


def test_a_repository_that_changes_its_hash(tmp_path: Path) -> None:
    remote = Remote(tmp_path / "shop.git")
    watcher = Watcher.of(remote)
    before = remote.commit()
    assert watcher.commit() == before
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q", "--object-format=sha256", "-b", "main")
    after = add_commit(work, "1")
    remote.folder.rename(tmp_path / "before.git")
    git(work, "clone", "-q", "--bare", ".", str(remote.folder))
    assert f"commit {after[:12]} does not descend from {before[:12]}" in watcher.problem()
    watcher.source().accept(after)
    assert watcher.commit() == after


def add_commit(work: Path, number: str) -> str:
    """Add a commit to a work tree; return its ID."""
    for name, content in {**FILES, "templates/number": number.encode()}.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(content)
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", number)
    return git(work, "rev-parse", "HEAD")


def git(folder: Path, *words: str) -> str:
    person = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "A"), ("EMAIL", "a@example.com"))
    }
    return subprocess.run(
        ["git", *words],
        cwd=folder,
        env={**os.environ, **person},
        capture_output=True,
        check=True,
        text=True,
    ).stdout.strip()
