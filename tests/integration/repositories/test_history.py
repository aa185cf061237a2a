# SPDX-License-Identifier: GPL-3.0-or-later
"""A new commit must descend from the last one, unless a person accepts it."""

from __future__ import annotations

import shutil

import pytest

from tests.integration.repositories.follower import Watcher
from tests.integration.repositories.remote import FILES, Remote
from vigo_bridge.failures import Refusal

pytestmark = pytest.mark.usefixtures("unguarded")


def test_only_descendants_are_used(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    first = remote.commit()
    second = remote.commit({**FILES, "templates/x": b"2"})
    assert watcher.commit() == second
    remote.set("refs/heads/main", first)
    expected = (
        f"history: {remote.folder}: the history was rewritten: commit {first[:12]} does not descend"
        f" from {second[:12]}. If this is intended, run the same command with --accept {first[:12]}"
    )
    assert [watcher.problem() for _ in range(3)] == [expected] * 3
    third = remote.commit({**FILES, "templates/x": b"3"}, parents=[second])
    assert watcher.commit() == third


def test_an_unrelated_history_is_refused_until_a_person_accepts_it(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    remote.commit()
    watcher.files()
    other = remote.commit({**FILES, "templates/x": b"other"}, parents=[])
    assert watcher.problem().startswith("history: ")
    assert "the next turn of the watcher uses it" in watcher.source().accept(other[:12])
    assert watcher.commit() == other
    third = remote.commit({**FILES, "templates/x": b"third"}, parents=[])
    assert third[:12] in watcher.problem()


@pytest.mark.parametrize("commit", ["", "main", "123", "0" * 40, "-x", "A" * 40, "0" * 41 + "\n"])
def test_only_the_commit_that_was_fetched_can_be_accepted(commit: str, remote: Remote) -> None:
    watcher = Watcher.of(remote)
    remote.commit()
    with pytest.raises(Refusal):
        watcher.source().accept(commit)
    watcher.files()
    with pytest.raises(Refusal):
        watcher.source().accept(commit)


def test_merges_and_commits_in_between(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    base = remote.commit()
    remote.commit({**FILES, "templates/x": b"1"})
    watcher.files()
    side = remote.commit({**FILES, "templates/y": b"1"}, parents=[base], branch="side")
    for number in range(3):
        remote.commit({**FILES, "templates/x": f"{number}".encode()})
    merged = remote.commit(parents=[remote.get("refs/heads/main"), side])
    assert watcher.commit() == merged


def test_the_history_is_checked_after_the_local_repository_was_lost(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    first = remote.commit()
    watcher.files()
    shutil.rmtree(watcher.source().folder)
    for number in range(3):
        newest = remote.commit({**FILES, "templates/x": f"{number}".encode()})
    assert watcher.commit() == newest
    shutil.rmtree(watcher.source().folder)
    remote.commit({**FILES, "templates/y": b""}, parents=[first])
    assert watcher.problem().startswith("history: ")


@pytest.mark.parametrize("annotated", [False, True])
def test_a_tag_that_was_moved_is_refused(annotated: bool, remote: Remote) -> None:
    watcher = Watcher.of(remote, ref="v1")
    first = remote.commit()
    remote.tag("v1", first, annotated=annotated)
    watcher.files()
    second = remote.commit({**FILES, "templates/x": b"2"})
    remote.tag("v1", second, annotated=annotated)
    problem = watcher.problem()
    assert problem.startswith(f"history: {remote.folder}: the tag v1 was moved from commit")
    watcher.source().accept(second)
    assert watcher.commit() == second
