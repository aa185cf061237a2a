# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories that cannot be read, and damage of the local one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.repositories.follower import Watcher
from tests.integration.repositories.remote import FILES, Remote
from vigo_bridge.watch.sources.source import NotFetched

pytestmark = pytest.mark.usefixtures("unguarded")


def gone(watcher: Watcher, remote: Remote) -> None:
    remote.folder.rename(remote.folder.with_name("moved"))


def is_file(watcher: Watcher, remote: Remote) -> None:
    gone(watcher, remote)
    remote.folder.write_text("x")


def no_repository(watcher: Watcher, remote: Remote) -> None:
    gone(watcher, remote)
    remote.folder.mkdir()


def missing_object(watcher: Watcher, remote: Remote) -> None:
    commit = remote.commit({**FILES, "templates/x": b"lost"})
    (remote.folder / "objects" / commit[:2] / commit[2:]).unlink()


OUTAGES = {
    "the repository is gone": (gone, "the repository does not exist"),
    "a file is in its place": (is_file, "git failed|the repository does not exist"),
    "an empty folder": (no_repository, "the repository does not exist"),
    "an object is missing": (missing_object, "damaged|lost|empty|git failed"),
}


@pytest.mark.parametrize("case", OUTAGES)
def test_an_outage_is_reported_and_ends(case: str, remote: Remote) -> None:
    happen, message = OUTAGES[case]
    watcher = Watcher.of(remote)
    first = remote.commit()
    watcher.files()
    spare = remote.folder.with_name("spare")
    shutil.copytree(remote.folder, spare)
    happen(watcher, remote)
    problems = {watcher.problem() for _ in range(2)}
    assert len(problems) == 1
    assert any(part in problems.pop() for part in message.split("|"))
    shutil.rmtree(remote.folder) if remote.folder.is_dir() else remote.folder.unlink(
        missing_ok=True
    )
    spare.rename(remote.folder)
    assert watcher.commit() == first


def locks(folder: Path) -> None:
    for name in ("shallow.lock", "config.lock", "packed-refs.lock", "refs/vigo/incoming.lock"):
        (folder / name).touch()


def empty_objects(folder: Path) -> None:
    for path in folder.glob("objects/*/*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"")


def no_head(folder: Path) -> None:
    (folder / "HEAD").unlink()


def wrong_configuration(folder: Path) -> None:
    (folder / "config").write_text("[core\n")


def wrong_reference(folder: Path) -> None:
    for path in folder.glob("refs/vigo/incoming"):
        path.write_text("x\n")


LOCAL_DAMAGE = [locks, empty_objects, no_head, wrong_configuration, wrong_reference]


@pytest.mark.parametrize("damage", LOCAL_DAMAGE)
@pytest.mark.parametrize("has_news", [False, True])
def test_damage_of_the_local_repository_heals(
    damage: Callable[[Path], None], has_news: bool, remote: Remote
) -> None:
    watcher = Watcher.of(remote)
    commit = remote.commit()
    watcher.files()
    damage(watcher.source().folder / "repository.git")
    if has_news:
        commit = remote.commit({**FILES, "templates/x": b"2"})
    for _ in range(2):  # A download that fails is begun anew in the next turn.
        try:
            found = watcher.commit()
        except NotFetched:
            continue
        assert found == commit
        return
    pytest.fail("it stays damaged")


def test_leftovers_of_killed_downloads_are_removed(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    remote.commit()
    watcher.files()
    packs = watcher.source().folder / "repository.git/objects/pack"
    packs.mkdir(exist_ok=True)
    (packs / "tmp_pack_abc").write_bytes(b"x" * 1000)
    remote.commit({**FILES, "templates/x": b"2"})
    watcher.files()
    assert not (packs / "tmp_pack_abc").exists()


def test_a_missing_git_program(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    remote.commit()
    watcher = Watcher.of(remote)
    monkeypatch.setenv("PATH", "/nowhere")
    assert "source: the git program cannot be run" in watcher.problem()
    assert "install git" in watcher.problem()
