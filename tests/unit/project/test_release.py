# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make release` says and looks at, without building anything."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.release.__main__ import instructions
from tests.release.artifacts import Artifacts
from tests.release.checks import plugins
from tests.release.commit import COLLECTION, export, obstacles
from tests.unit.project.test_metadata import ROOT


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with one commit, tagged v1.0.0, and no fragments."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "committed").write_text("text")
    git(folder, "init", "--quiet")
    commit(folder)
    git(folder, "tag", "v1.0.0")
    return folder


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Test")


def test_nothing_is_left_before_the_upload(repository: Path) -> None:
    assert obstacles(repository, "1.0.0") == []


def test_uncommitted_changes(repository: Path) -> None:
    (repository / "added").touch()
    (obstacle,) = obstacles(repository, "1.0.0")
    assert obstacle.startswith("Commit your changes")


def test_fragments_that_no_changelog_has(repository: Path) -> None:
    fragments = repository / COLLECTION / "changelogs/fragments"
    fragments.mkdir(parents=True)
    (fragments / "some.yml").touch()
    commit(repository)
    git(repository, "tag", "v1.1.0")
    (obstacle,) = obstacles(repository, "1.1.0")
    assert obstacle.startswith("Make the changelog of the release: tests/antsibull release")


def test_no_tag(repository: Path) -> None:
    assert obstacles(repository, "1.1.0") == [
        "Tag the commit: git tag -a v1.1.0 -m 'Release 1.1.0'"
    ]


def test_only_what_is_committed_is_built(repository: Path, tmp_path: Path) -> None:
    (repository / "committed").write_text("changed")
    (repository / "added").touch()
    export(repository, tmp_path / "exported")
    assert {path.name: path.read_text() for path in (tmp_path / "exported").iterdir()} == {
        "committed": "text"
    }


def test_instructions() -> None:
    artifacts = Artifacts("1.0.0", Path("a.whl"), Path("a.tar.gz"), Path("b.tar.gz"))
    assert instructions(artifacts, ["Commit"]) == (
        "Version 1.0.0 is built and checked. What is left to do:\n"
        "  1. Commit\n"
        "  2. Push the tag: git push origin v1.0.0\n"
        "  3. Upload the package to PyPI: twine upload a.whl a.tar.gz\n"
        "  4. Upload the collection to Ansible Galaxy: ansible-galaxy collection publish b.tar.gz\n"
        "  5. Set the next version in galaxy.yml of the collection, and commit that"
    )


def test_every_kind_of_plugin_is_checked() -> None:
    collection = ROOT / COLLECTION
    folders = {path.name for path in (collection / "plugins").iterdir() if path.is_dir()}
    undocumented = {"action", "doc_fragments", "module_utils", "plugin_utils", "__pycache__"}
    kinds = dict(plugins(collection))
    assert {kind.removesuffix("s") for kind in folders - undocumented} == set(kinds) - {"role"}
    assert all(kinds.values())


def test_a_role_has_a_readme_and_described_options() -> None:
    """Ansible Galaxy imports no collection with a role that has no README."""
    for role in (ROOT / COLLECTION / "roles").iterdir():
        assert (role / "README.md").exists()
        options = yaml.safe_load((role / "meta/argument_specs.yml").read_text())
        readme = (role / "README.md").read_text()
        for name in options["argument_specs"]["main"]["options"]:
            assert f"| `{name}` |" in readme
