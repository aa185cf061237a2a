# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack in a Git repository: each turn fetches the newest commit of a branch or tag.

The repository is data. A commit is used only if it descends from the last good one, unless a
person accepts it.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.vigo.bridge.plugins.module_utils.host.regular_files import read_below
from ansible_collections.vigo.bridge.plugins.module_utils.host.system_errors import explained
from ansible_collections.vigo.bridge.plugins.plugin_utils.checked_data import Checked, required
from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.failures import Refusal
from vigo_bridge.language.folder import MAX_TEMPLATE, files_below
from vigo_bridge.run.state import private
from vigo_bridge.run.state_file import StateFile
from vigo_bridge.secrets.stores import outside_store
from vigo_bridge.watch.sources.git import signature, tree
from vigo_bridge.watch.sources.git.clone import INCOMING, Clone, Damaged, Tip
from vigo_bridge.watch.sources.git.location import location, reference, subfolder
from vigo_bridge.watch.sources.git.program import NoGit, TooMuch
from vigo_bridge.watch.sources.source import Good, NotFetched, Revision

#: Seconds for one connection.
_TIMEOUT = 300.0
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_DIGITS = 12


@dataclass(frozen=True)
class GitOptions:
    """Which repository, and what is required of it. secrets: the folder of this machine with the
    list of secret stores; None: the one in the repository.
    """

    url: str
    ref: str | None = None
    path: str | None = None
    require_signed: bool = False
    secrets: Path | None = None


class GitSource:
    """A branch or tag of a repository, and a folder in it."""

    def __init__(self, options: GitOptions, state: Path, timeout: float = _TIMEOUT) -> None:
        """Use a repository. state: the controller's state folder. timeout: seconds for one
        connection. Raise WrongUsage.
        """
        self._location = location(options.url)
        self._ref = reference(options.ref)
        self._path = subfolder(options.path)
        self._signed = options.require_signed
        self.label = self.url = self._location.url
        self.shown = Path(self._path)
        self.named_after = Path("/", *self._location.parts, *self._path.parts)
        self.stores = options.secrets
        self.folder = state / "watch" / self._folder_name()
        self._clone = Clone(self.folder / "repository.git", self._location, timeout)
        self._accepted = StateFile(self.folder / "accepted.json", lambda text: None)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return the warnings to show at the start."""
        if self._signed or not self._location.is_unprotected:
            return ()
        return (
            f"{self._location.scheme}:// is not protected: anyone on the network can change what"
            " is fetched. Use https or ssh, or --require-signed",
        )

    def fetch(self, copy: Path, good: Good | None) -> Revision:
        """Write the files of the newest commit to an empty folder. Raise NotFetched and OSError."""
        for tries in range(2):
            try:
                return self._fetched(copy, good)
            except Damaged as error:
                self._clone.forget()
                if tries:
                    raise self._clone.problem("source", f"git failed: {error}") from error
            except NoGit as error:
                raise NotFetched(
                    "source", f"the git program cannot be run: {error}; install git"
                ) from error
        raise AssertionError

    def kept_files(self, copy: Path) -> Iterator[tuple[str, bytes]]:
        """Yield all files of a copy, also its vault files, which are encrypted."""
        for path in files_below(copy):
            with contextlib.suppress(OSError):
                yield str(path), read_below(str(copy), str(path), MAX_TEMPLATE)

    def accept(self, commit: str) -> str:
        """Allow the next turn to use a commit that does not descend from the last good one.

        Return the message for the user. Raise Refusal.
        """
        if not _COMMIT.fullmatch(commit):
            raise Refusal(f"--accept {one_line(commit)!r:.80}: expected the ID of a commit.")
        try:
            newest = self._clone.id(f"{INCOMING}^{{commit}}") if self._clone.exists() else ""
        except (NoGit, Damaged) as error:
            raise Refusal(f"git failed: {error}.") from error
        if not newest:
            raise Refusal(f"nothing was fetched from {self.label} yet; start the watcher first.")
        if not newest.startswith(commit):
            raise Refusal(
                f"--accept {commit}: the commit that was fetched last is {newest[:_DIGITS]}."
                " Check which one is meant."
            )
        try:
            self._accepted.write({"commit": newest})
        except OSError as error:
            raise Refusal(f"{explained(error)}.") from error
        return f"commit {newest[:_DIGITS]} is accepted; the next turn of the watcher uses it"

    def _folder_name(self) -> str:
        parts = (self._location.url, self._ref or "", str(self._path))
        name = re.sub(r"[^A-Za-z0-9._-]", "_", (self._location.parts or ("repository",))[-1])[:40]
        return f"git-{name}-{hashlib.sha256(repr(parts).encode()).hexdigest()[:16]}"

    def _fetched(self, copy: Path, good: Good | None) -> Revision:
        private(self.folder)
        clone = self._clone
        clone.prepare()
        tip = clone.newest(self._ref)
        if clone.id(INCOMING) != tip.id or not clone.id(f"{INCOMING}^{{tree}}"):
            clone.download(tip, good.revision.id if good else None)
        identifier = clone.id(INCOMING)
        commit = clone.id(f"{INCOMING}^{{commit}}")
        if not commit:
            raise clone.problem("ref", f"{self._ref or 'the default branch'} is not a commit")
        revision = Revision(commit, identifier if tip.tag else "")
        self._refuse_rewritten(tip, revision, good)
        if self._signed:
            self._refuse_unsigned(tip, identifier, commit)
        self._write(commit, copy)
        return revision

    def _refuse_rewritten(self, tip: Tip, revision: Revision, good: Good | None) -> None:
        """Raise NotFetched unless the commit follows the last good one, or was accepted."""
        commit = revision.id
        if good is None or commit in (good.revision.id, self._accepted.read(_accepted)):
            return
        before = good.revision.id[:_DIGITS]
        how = f"If this is intended, run the same command with --accept {commit[:_DIGITS]}"
        if tip.tag and good.revision.tag:
            raise self._clone.problem(
                "history",
                f"the tag {one_line(tip.tag)} was moved from commit {before} to"
                f" {commit[:_DIGITS]}. {how}",
            )
        if self._clone.descends(commit, good.revision.id):
            return
        if self._clone.is_shallow():
            self._clone.fetch(tip, "--unshallow")
            if self._clone.descends(commit, good.revision.id):
                return
        raise self._clone.problem(
            "history",
            f"the history was rewritten: commit {commit[:_DIGITS]} does not descend from"
            f" {before}. {how}",
        )

    def _refuse_unsigned(self, tip: Tip, identifier: str, commit: str) -> None:
        is_annotated = bool(tip.tag) and identifier != commit
        problem = signature.problem(
            self._clone.git, identifier if is_annotated else commit, tip.tag if is_annotated else ""
        )
        if problem is not None:
            raise self._clone.problem("signature", problem)

    def _write(self, commit: str, copy: Path) -> None:
        """Write the files of the folder of a commit."""
        inner = "" if str(self._path) == "." else str(self._path)
        named = self._clone.id(f"{commit}:{inner}") if inner else commit
        found = self._clone.id(f"{named}^{{tree}}") if named else ""
        if not found:
            raise self._clone.problem(
                "content",
                f"commit {commit[:_DIGITS]} has no folder {one_line(inner)}; check --path",
            )
        try:
            listed = self._clone.local(
                "ls-tree", "-r", "-l", "-z", "--full-tree", found, largest=tree.LARGEST_LIST
            )
            entries = tree.entries(listed.output)
            contents = self._clone.local(
                "cat-file",
                "--batch",
                stdin="".join(f"{entry.object}\n" for entry in entries).encode(),
                largest=2 * tree.LARGEST,
            )
            tree.write(entries, contents.output, copy)
        except TooMuch:
            raise self._clone.problem("content", "the folder contains too many files") from None
        except tree.Unusable as error:
            raise self._clone.problem("content", f"commit {commit[:_DIGITS]}: {error}") from error
        if self.stores is None and (problem := outside_store(copy)):
            raise self._clone.problem("content", problem)


def _accepted(data: Any) -> str:
    checked = Checked()
    document = checked.mapping(data, "it")
    return checked.text(required(document, "commit"), "commit")
