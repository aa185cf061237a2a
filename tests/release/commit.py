# SPDX-License-Identifier: GPL-3.0-or-later
"""The commit that a release is made from."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

COLLECTION = Path("ansible_collections/vigo/bridge")


def export(repository: Path, folder: Path) -> None:
    """Write the files of the last commit to a new folder."""
    archive = folder.with_suffix(".tar")
    _git(repository, "archive", "--output", str(archive), "HEAD")
    shutil.unpack_archive(archive, folder)


def obstacles(repository: Path, version: str) -> list[str]:
    """Return what must be done before this commit can be uploaded as a version."""
    found = []
    if _git(repository, "status", "--porcelain"):
        found.append("Commit your changes, which are in none of these files, and begin again")
    if any((repository / COLLECTION / "changelogs/fragments").glob("*.y*ml")):
        found.append(
            "Make the changelog of the release: tests/antsibull release, commit, and begin again"
        )
    if f"v{version}" not in _git(repository, "tag", "--points-at", "HEAD").split():
        found.append(f"Tag the commit: git tag -a v{version} -m 'Release {version}'")
    return found


def _git(repository: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments],
        cwd=repository,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ).stdout
