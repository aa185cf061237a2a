# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface of the sources of a watcher's stack: a folder, or a Git repository."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

#: The kinds of problems: of the folder or repository itself, the branch or tag, its history, its
#: signature, or its files.
Kind = Literal["source", "ref", "history", "signature", "content"]


class NotFetched(Exception):
    """The newest stack cannot be used.

    The message is one line, the same in each turn while the cause is the same.
    """

    def __init__(self, kind: Kind, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True)
class Revision:
    """A version of a stack. id: a Git commit, or a digest of the files. tag: the ID of the Git tag
    that was followed, if any.
    """

    id: str
    tag: str = ""


@dataclass(frozen=True)
class Good:
    """The last version without errors. since: when it came into force, as RFC 3339."""

    revision: Revision
    since: str


class Source(Protocol):
    """A place with a stack."""

    @property
    def label(self) -> str:
        """Return the folder or the URL, without credentials, for people."""

    @property
    def url(self) -> str:
        """Return the URL of a repository, without credentials; empty for a folder."""

    @property
    def folder(self) -> Path:
        """Return a path that no other stack has, by which locks and results are named."""

    @property
    def named_after(self) -> Path:
        """Return the path after which a stack without a stack.vgo is named."""

    @property
    def shown(self) -> Path:
        """Return the folder in which messages name files of the stack."""

    @property
    def stores(self) -> Path | None:
        """Return the folder with the list of secret stores; None: it is among the files."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what people should know from the start."""

    def fetch(self, copy: Path, good: Good | None) -> Revision:
        """Write all files of the newest version to an empty folder. Raise NotFetched and OSError.

        good: the last version without errors.
        """

    def kept_files(self, copy: Path) -> Iterator[tuple[str, bytes]]:
        """Yield the files of a copy that are kept for later turns."""
