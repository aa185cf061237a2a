# SPDX-License-Identifier: GPL-3.0-or-later
"""Follows a repository as a watcher does, without its turns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.repositories.remote import Remote
from vigo_bridge.watch.sources.repository import GitOptions, GitSource
from vigo_bridge.watch.sources.source import Good, NotFetched


class Watcher:
    """The watcher's side: uses each newest commit, which is good."""

    def __init__(self, url: str, folder: Path, **options: object) -> None:
        """Follow a repository. folder: for the state and for copies of the stack."""
        self.state = folder / "state"
        self.options = GitOptions(url, **options)  # type: ignore[arg-type]
        self.good: Good | None = None
        self._copies = 0

    @classmethod
    def of(cls, remote: Remote, **options: object) -> Watcher:
        return cls(str(remote.folder), remote.folder.parent, **options)

    def source(self) -> GitSource:
        return GitSource(self.options, self.state)

    def files(self) -> dict[str, bytes]:
        """Fetch the newest commit, which is good."""
        self._copies += 1
        copy = self.state.with_name(f"copy-{self._copies}")
        copy.mkdir()
        revision = self.source().fetch(copy, self.good)
        self.good = Good(revision, "now")
        return {
            str(path.relative_to(copy)): path.read_bytes()
            for path in copy.rglob("*")
            if path.is_file()
        }

    def commit(self) -> str:
        self.files()
        assert self.good is not None
        return self.good.revision.id

    def problem(self) -> str:
        """Return the kind and the message of a commit that is not used."""
        with pytest.raises(NotFetched) as caught:
            self.files()
        assert "\n" not in str(caught.value)
        return f"{caught.value.kind}: {caught.value}"
