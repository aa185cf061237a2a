# SPDX-License-Identifier: GPL-3.0-or-later
"""Which branch, tag and folder of a repository is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.integration.repositories.follower import Watcher
from tests.integration.repositories.remote import FILES, Remote, link

pytestmark = pytest.mark.usefixtures("unguarded")


@pytest.mark.parametrize("path", ["stacks/prod", "./stacks/prod/", "stacks//prod"])
def test_a_folder_of_the_repository(path: str, remote: Remote) -> None:
    remote.commit(
        {"README.md": b"x", **{f"stacks/prod/{name}": text for name, text in FILES.items()}}
    )
    watcher = Watcher.of(remote, path=path)
    assert watcher.files() == FILES
    assert watcher.source().shown == Path("stacks/prod")
    assert watcher.source().named_after.parts[-3:] == ("shop", "stacks", "prod")


@pytest.mark.parametrize("ref", ["stable", "refs/heads/stable", "team/stable"])
def test_a_branch(ref: str, remote: Remote) -> None:
    remote.commit({**FILES, "templates/x": b"other"})
    commit = remote.commit(branch=ref.removeprefix("refs/heads/"))
    assert Watcher.of(remote, ref=ref).commit() == commit


@pytest.mark.parametrize("annotated", [False, True])
@pytest.mark.parametrize("ref", ["v1", "refs/tags/v1"])
def test_a_tag(ref: str, annotated: bool, remote: Remote) -> None:
    commit = remote.commit()
    remote.tag("v1", commit, annotated=annotated)
    remote.commit({**FILES, "templates/x": b"other"})
    watcher = Watcher.of(remote, ref=ref)
    assert watcher.commit() == commit
    assert watcher.commit() == commit


def nothing(remote: Remote) -> None:
    """Leave the repository empty."""


def other_branch(remote: Remote) -> None:
    remote.commit(branch="other")


def same_names(remote: Remote) -> None:
    remote.tag("main", remote.commit())


def tag_of_a_file(remote: Remote) -> None:
    remote.commit()
    remote.set("refs/tags/v1", remote.blob(b"x"))


def similar(remote: Remote) -> None:
    remote.commit(branch="feature/main")
    remote.set("refs/remotes/origin/HEAD", remote.get("refs/heads/feature/main"))


UNKNOWN: Mapping[str, tuple[Callable[[Remote], None], str | None, str]] = {
    "an empty repository": (nothing, None, "ref: URL: the repository is empty: it has no commits"),
    "an empty one, by name": (nothing, "main", "ref: URL: the repository is empty"),
    "no default branch": (other_branch, None, "ref: URL: the repository has no default branch"),
    "no such branch": (other_branch, "main", "ref: URL: the repository has no branch or tag main"),
    "only longer names": (similar, "main", "ref: URL: the repository has no branch or tag main"),
    "only another HEAD": (similar, None, "ref: URL: the repository has no default branch"),
    "a branch and a tag": (same_names, "main", "ref: URL: main is both a branch and a tag; use"),
    "a tag of a file": (tag_of_a_file, "v1", "ref: URL: v1 is not a commit"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_branch_or_tag_that_cannot_be_used(case: str, remote: Remote) -> None:
    prepare, ref, message = UNKNOWN[case]
    prepare(remote)
    watcher = Watcher.of(remote, ref=ref)
    for _ in range(2):
        assert watcher.problem().startswith(message.replace("URL", str(remote.folder)))
    if ref is None or ref == "main":
        (remote.folder / "refs/tags/main").unlink(missing_ok=True)
        commit = remote.commit()
        assert watcher.commit() == commit


@pytest.mark.parametrize(
    "path", ["missing", "stack.vgo", "stack.vgo/x", "link", "link/templates", "template"]
)
def test_a_path_that_is_not_a_folder(path: str, remote: Remote) -> None:
    remote.commit({**FILES, "link": link(".")})
    problem = Watcher.of(remote, path=path).problem()
    assert problem.startswith("content: ")
    assert f"has no folder {path}; check --path" in problem
