# SPDX-License-Identifier: GPL-3.0-or-later
"""Commits and settings of a repository that must have no effect on this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.integration.repositories.follower import Watcher
from tests.integration.repositories.remote import FILES, Files, Remote, Special, link, submodule
from vigo_bridge.watch.sources.git import tree as tree_module
from vigo_bridge.watch.sources.repository import GitOptions, GitSource
from vigo_bridge.watch.sources.source import NotFetched

pytestmark = pytest.mark.usefixtures("unguarded")

#: What a repository may hold, and why it is not used.
HOSTILE: Mapping[str, tuple[Files, str]] = {
    "a link to a file": ({"templates/a": link("/etc/passwd")}, "the link templates/a points"),
    "a link upwards": ({"templates/a": link("../../../../etc/passwd")}, "the link templates/a"),
    "a link over a link": (
        {"a": link("templates"), "b": link("a/../../x")},
        "the link b points",
    ),
    "an absolute link": ({"a": link("/proc/self/cwd/stack.vgo")}, "the link a points"),
    "a link with a NUL": ({"a": Special("120000", b"x\0y")}, "the link a points"),
    "an empty link": ({"a": link("")}, "the link a points"),
    "a link to a folder": ({"configcrates": link("/etc")}, "the link configcrates points"),
    "a submodule": ({"roles": submodule()}, "roles is a submodule"),
    "a submodule below": ({"envoys/more": submodule()}, "envoys/more is a submodule"),
    "a file in Git LFS": (
        {"templates/big": b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"},
        "templates/big is stored with Git LFS",
    ),
    "a file of git-crypt": (
        {"envoys/a.vgo": b"\0GITCRYPT\0abc"},
        "envoys/a.vgo is stored with git-crypt",
    ),
    "a large file": ({"templates/x": b"x" * (8 * 2**20 + 1)}, "templates/x is larger than 8"),
    "a store that is a program": (
        {"secrets.yml": b"stores: [{command: [touch, '{path}']}]\n"},
        "secrets.yml lists a program",
    ),
    "a store of another package": (
        {"secrets.yml": b"stores: [env, {command: [a, '{path}'], timeout: 3}]\n"},
        "secrets.yml lists a program",
    ),
    "a vault file elsewhere": (
        {"secrets.yml": b"stores: [{vault_file: /etc/shadow}]\n"},
        "secrets.yml lists a vault file in another folder",
    ),
    "a vault file above": (
        {"secrets.yml": b"stores: [{vault_file: ../../x.yml}]\n"},
        "secrets.yml lists a vault file in another folder",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_content_is_refused(case: str, remote: Remote) -> None:
    files, message = HOSTILE[case]
    kept = {name: text for name, text in FILES.items() if name.split("/")[0] not in files}
    remote.commit({**kept, **files})
    problem = Watcher.of(remote).problem()
    assert problem.startswith("content: ")
    assert message in problem


def test_hostile_content_ends_with_a_good_commit(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    good = remote.commit()
    watcher.files()
    remote.commit({**FILES, "roles": submodule()})
    assert watcher.problem().startswith("content: ")
    remote.set("refs/heads/main", good)
    assert watcher.commit() == good


#: Entries that no git program would write: mode, name, and what of.
RAW: Mapping[str, list[tuple[str, bytes, str]]] = {
    "above": [("100644", b"..", "blob")],
    "the folder itself": [("100644", b".", "blob")],
    "a path": [("100644", b"../../x", "blob")],
    "an absolute path": [("100644", b"/x", "blob")],
    "no name": [("100644", b"", "blob")],
    "a file twice": [("100644", b"a", "blob"), ("100644", b"a", "blob")],
    "a link and a folder": [("120000", b"a", "link"), ("40000", b"a", "tree")],
    "a folder and a link": [("40000", b"a", "tree"), ("120000", b"a", "link")],
    "a file and a folder": [("100644", b"a", "blob"), ("40000", b"a", "tree")],
    "a folder above": [("40000", b"..", "tree")],
    "an unknown mode": [("140000", b"a", "blob")],
    "a missing file": [("100644", b"a", "missing")],
    "a missing folder": [("40000", b"a", "missing")],
    "a folder that is a file": [("40000", b"a", "blob")],
    "a file that is a folder": [("100644", b"a", "tree")],
}


@pytest.mark.parametrize("case", RAW)
def test_invalid_trees_are_refused(case: str, remote: Remote) -> None:
    objects = {
        "blob": remote.blob(b"x"),
        "link": remote.blob(str(remote.folder.parent).encode()),
        "tree": remote.raw_tree([("100644", b"inner", remote.blob(b"y"))]),
        "missing": "2" * 40,
    }
    tree = remote.raw_tree([(mode, name, objects[kind]) for mode, name, kind in RAW[case]])
    remote.commit(tree=tree)
    before = set(remote.folder.parent.iterdir())
    Watcher.of(remote).problem()
    added = {path.name for path in set(remote.folder.parent.iterdir()) - before}
    assert added <= {"state", "copy-1"}


def test_a_tree_of_endless_size_is_refused(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten folders, each with ten times the next one."""
    assert tree_module.LARGEST_LIST < 1 << 26
    monkeypatch.setattr(tree_module, "LARGEST_LIST", 1 << 18)  # Git needs seconds for the real one.
    tree = remote.raw_tree([("100644", b"a.vgo", remote.blob(b""))])
    for _ in range(9):
        tree = remote.raw_tree([("40000", f"{number}".encode(), tree) for number in range(10)])
    remote.commit(tree=tree)
    assert "too many files" in Watcher.of(remote).problem()


@pytest.fixture
def marker(tmp_path: Path) -> Iterator[Path]:
    """Return the path of a file that any hostile program would create."""
    path = tmp_path / "marker"
    yield path
    assert not path.exists()


VARIABLES = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_EXEC_PATH",
    "GIT_TEMPLATE_DIR", "GIT_NAMESPACE", "GIT_TRACE", "GIT_TRACE_PACKET", "GIT_TRACE2_EVENT",
    "GIT_ALLOW_PROTOCOL", "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_CEILING_DIRECTORIES",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG_PARAMETERS", "GIT_DEFAULT_HASH",
)  # fmt: skip


def test_variables_of_git_have_no_effect(
    remote: Remote, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, str(marker))
    commit = remote.commit()
    assert Watcher.of(remote).commit() == commit


def test_settings_and_hooks_of_the_repository_have_no_effect(remote: Remote, marker: Path) -> None:
    for name in ("pre-receive", "post-checkout", "post-update", "reference-transaction"):
        hook = remote.folder / "hooks" / name
        hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
        hook.chmod(0o755)
    program = f'"touch {marker}; cat"'
    with (remote.folder / "config").open("a") as stream:
        stream.write(f"fsmonitor = {program}\nsshCommand = {program}\n")
        stream.write(f'[filter "x"]\nsmudge = {program}\n')
        stream.write(f"[uploadpack]\npackObjectsHook = {program}\n")
    commit = remote.commit({**FILES, ".gitattributes": b"* filter=x\n"})
    watcher = Watcher.of(remote)
    assert watcher.commit() == commit
    assert watcher.commit() == commit


def test_hooks_of_the_user_are_not_run(remote: Remote, marker: Path, tmp_path: Path) -> None:
    hook = tmp_path / "hooks/reference-transaction"
    hook.parent.mkdir()
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    (tmp_path / "gitconfig").write_text(
        f"[core]\nhooksPath={hook.parent}\n[init]\ntemplateDir={tmp_path}\n"
    )
    commit = remote.commit()
    assert Watcher.of(remote).commit() == commit


def test_credentials_are_in_no_argument_file_or_message(
    remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A git program that records how it is called."""
    log = tmp_path / "calls"
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$0 $*" >> {log}\n'
        'echo "fatal: no s3cr3t-token here, s3cr3t%40token" >&2\n'
        'case "$*" in *ls-remote*) exit 128;; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    for url in (
        "https://s3cr3t-token@git.example.com/shop.git",
        "https://user:s3cr3t-token@git.example.com/shop.git",
        "https://s3cr3t-token:x-oauth-basic@git.example.com/shop.git",
        "https://user:s3cr3t%40token@git.example.com/shop.git",
    ):
        source = GitSource(GitOptions(url), tmp_path / "state")
        assert source.label == "https://git.example.com/shop.git"
        (tmp_path / "copy").mkdir(exist_ok=True)
        with pytest.raises(NotFetched) as caught:
            source.fetch(tmp_path / "copy", None)
        wanted = "s3cr3t%40token" if "%40" in url else "s3cr3t-token"
        assert wanted not in str(caught.value)
        assert "s3cr3t" not in repr(source._location)
    assert "s3cr3t" not in log.read_text()
    assert "ls-remote" in log.read_text()
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept
    assert not any(b"s3cr3t" in path.read_bytes() for path in kept)
