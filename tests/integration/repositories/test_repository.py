# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack in a Git repository: which files are taken from a commit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.repositories.follower import Watcher
from tests.integration.repositories.remote import FILES, Files, Remote, link
from vigo_bridge.watch.sources.git.program import Git
from vigo_bridge.watch.sources.repository import GitOptions, GitSource
from vigo_bridge.watch.sources.source import Good, Revision

pytestmark = pytest.mark.usefixtures("unguarded")


def test_each_commit_is_used(remote: Remote) -> None:
    watcher = Watcher.of(remote)
    for number in range(3):
        files = {**FILES, "templates/number": f"{number}".encode()}
        commit = remote.commit(files)
        for _ in range(2):
            assert watcher.files() == files
            assert watcher.good == Good(Revision(commit), "now")


def test_the_bytes_are_those_of_the_repository(remote: Remote) -> None:
    """Attributes of the repository would change them in a checkout."""
    attributes = b"* text eol=crlf ident export-subst filter=x working-tree-encoding=UTF-16\n"
    content = b"$Id$ $Format:%H$\n"
    remote.commit({**FILES, ".gitattributes": attributes, "templates/id": content})
    assert Watcher.of(remote).files() == {**FILES, "templates/id": content}


def test_names_of_any_bytes_are_written(remote: Remote) -> None:
    names = {"templates/two\nlines": b"1", "templates/-option": b"2", "templates/a:b*?": b"3"}
    remote.commit({**FILES, **names})
    assert Watcher.of(remote).files() == {**FILES, **names}


def test_links_inside_of_the_stack(remote: Remote) -> None:
    remote.commit({**FILES, "templates/same": link("page"), "executors": link("templates")})
    files = Watcher.of(remote).files()
    assert files["templates/same"] == FILES["templates/page"]


def test_what_is_not_part_of_a_stack_does_no_harm(remote: Remote) -> None:
    more: Files = {
        ".gitmodules": b'[submodule "x"]\n\tpath = x\n\turl = ext::touch x\n',
        ".github/workflows/x.yml": b"",
        ".venv/bin/python": link("/usr/bin/python"),
        "docs/film.bin": b"x" * (9 << 20),
        "docs/logo.png": b"version https://git-lfs.github.com/spec/v1\n",
        "secrets.yml": b"stores: [env, {vault_file: secrets.vault.yml}]\n",
        "secrets.vault.yml": b"$ANSIBLE_VAULT;1.1;AES256\n00\n",
    }
    remote.commit({**FILES, **more})
    files = Watcher.of(remote).files()
    assert set(files) == {*FILES, "docs/logo.png", "secrets.yml", "secrets.vault.yml"}


def test_a_vault_file_is_private_and_kept(remote: Remote) -> None:
    remote.commit({**FILES, "secrets.vault.yml": b"$ANSIBLE_VAULT;1.1;AES256\n00\n"})
    watcher = Watcher.of(remote)
    files = watcher.files()
    copy = watcher.state.with_name("copy-1")
    assert (copy / "secrets.vault.yml").stat().st_mode & 0o777 == 0o600
    assert dict(watcher.source().kept_files(copy)) == files


def test_stores_of_this_machine_replace_those_of_the_repository(
    remote: Remote, tmp_path: Path
) -> None:
    remote.commit({**FILES, "secrets.yml": b"stores: [{command: [pass, '{path}']}]\n"})
    watcher = Watcher.of(remote, secrets=tmp_path)
    assert "secrets.yml" in watcher.files()
    assert watcher.source().stores == tmp_path


def test_only_what_is_needed_is_fetched(remote: Remote) -> None:
    for number in range(5):
        remote.commit({**FILES, "templates/x": f"{number}".encode()})
    # By file://, as git copies a local path without asking for less.
    watcher = Watcher.of(remote)
    watcher.options = replace(watcher.options, url=f"file://{remote.folder}")
    watcher.files()
    folder = watcher.source().folder / "repository.git"
    assert _git(folder, "rev-list", "--count", "refs/vigo/incoming") == "1"


def _git(folder: Path, *words: str) -> str:
    found = Git(folder, GitSource(GitOptions("/x"), folder)._location)
    return found.run(*words, timeout=10, largest=10**6).output.decode().strip()
