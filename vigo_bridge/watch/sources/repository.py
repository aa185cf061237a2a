# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack in a Git repository: each turn fetches the newest commit of a branch or tag.

The repository is data. A commit is used only if it descends from the last good one, unless a
person accepts it.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import shutil
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
from vigo_bridge.watch.sources.git.failures import meaning, quoted
from vigo_bridge.watch.sources.git.location import location, reference, subfolder
from vigo_bridge.watch.sources.git.program import Finished, Git, NoGit, TooLong, TooMuch
from vigo_bridge.watch.sources.source import Good, Kind, NotFetched, Revision

#: Seconds for one connection, and for one call that does not connect.
_TIMEOUT, _LOCAL_TIMEOUT = 300.0, 60.0
_LARGEST_LIST = 4 << 20
_SHORT = 1 << 16
#: Refs of the repository on this machine: the last fetched commit, and the last good one.
_INCOMING, _GOOD = "refs/vigo/incoming", "refs/vigo/good"
_TAGS, _HEADS = "refs/tags/", "refs/heads/"
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


@dataclass(frozen=True)
class _Tip:
    """The object to which a branch or tag of the remote repository points. name: its full name
    there.
    """

    id: str
    name: str

    @property
    def tag(self) -> str:
        """The name of the tag; empty for a branch."""
        return self.name.removeprefix(_TAGS) if self.name.startswith(_TAGS) else ""


class _Damaged(Exception):
    """The repository on this machine cannot be used."""


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
        self._timeout = timeout
        self.label = self.url = self._location.url
        self.shown = Path(self._path)
        self.named_after = Path("/", *self._location.parts, *self._path.parts)
        self.stores = options.secrets
        self.folder = state / "watch" / self._folder_name()
        self._git = Git(self.folder / "repository.git", self._location)
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
            except _Damaged as error:
                self._forget()
                if tries:
                    raise self._problem("source", f"git failed: {error}") from error
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
            newest = self._id(f"{_INCOMING}^{{commit}}") if self._git.folder.is_dir() else ""
        except (NoGit, _Damaged) as error:
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
        if not self._git.folder.is_dir():
            self._create("sha1")
        if self._local("rev-parse", "--is-bare-repository").output.strip() != b"true":
            raise _Damaged("it is not a bare repository")
        tip = self._newest()
        if self._id(_INCOMING) != tip.id or not self._id(f"{_INCOMING}^{{tree}}"):
            self._download(tip, good)
        identifier = self._id(_INCOMING)
        commit = self._id(f"{_INCOMING}^{{commit}}")
        if not commit:
            raise self._problem("ref", f"{self._ref_shown} is not a commit")
        revision = Revision(commit, identifier if tip.tag else "")
        self._refuse_rewritten(tip, revision, good)
        if self._signed:
            self._refuse_unsigned(tip, identifier, commit)
        self._write(commit, copy)
        return revision

    def _newest(self) -> _Tip:
        """Return what the branch or tag points to now."""
        name = self._ref or "HEAD"
        is_full = self._ref is None or name.startswith("refs/")
        names = (name,) if is_full else (f"{_HEADS}{name}", f"{_TAGS}{name}")
        finished = self._connect("ls-remote", "--", self._location.url, *names)
        found = [tip for tip in _tips(finished.output) if tip.name in names]
        if len(found) > 1:
            raise self._problem(
                "ref",
                f"{name} is both a branch and a tag; use --ref {_HEADS}{name} or --ref"
                f" {_TAGS}{name}",
            )
        if not found:
            raise self._problem("ref", self._missing())
        return found[0]

    def _missing(self) -> str:
        """Return why the branch or tag was not found."""
        try:
            others = self._connect("ls-remote", "--", self._location.url).output
        except NotFetched:
            others = b"too many"
        if not others.strip():
            return "the repository is empty: it has no commits"
        if self._ref is None:
            return "the repository has no default branch; set one with --ref"
        return f"the repository has no branch or tag {self._ref}; check --ref"

    def _download(self, tip: _Tip, good: Good | None) -> None:
        known = good is not None and self._has(good.revision.id)
        if good is not None and known:
            self._local("update-ref", _GOOD, good.revision.id)
        hash_of_tip = "sha256" if len(tip.id) == 64 else "sha1"
        if self._local("rev-parse", "--show-object-format").output.decode().strip() != hash_of_tip:
            self._forget()
            self._create(hash_of_tip)
        # Without a good commit, no history is needed.
        self._pull(tip, *(() if known else ("--depth=1",)))

    def _pull(self, tip: _Tip, *options: str) -> None:
        """Fetch commits. If that fails, start with a new repository in the next turn."""
        self._remove_leftovers()
        try:
            self._connect(
                "fetch",
                "--quiet",
                "--no-tags",
                "--no-recurse-submodules",
                "--no-write-fetch-head",
                *options,
                "--",
                self._location.url,
                f"+{tip.name}:{_INCOMING}",
            )
        except NotFetched:
            self._forget()
            raise

    def _refuse_rewritten(self, tip: _Tip, revision: Revision, good: Good | None) -> None:
        """Raise NotFetched unless the commit follows the last good one, or was accepted."""
        commit = revision.id
        if good is None or commit in (good.revision.id, self._accepted.read(_accepted)):
            return
        before = good.revision.id[:_DIGITS]
        how = f"If this is intended, run the same command with --accept {commit[:_DIGITS]}"
        if tip.tag and good.revision.tag:
            raise self._problem(
                "history",
                f"the tag {one_line(tip.tag)} was moved from commit {before} to"
                f" {commit[:_DIGITS]}. {how}",
            )
        if self._descends(commit, good.revision.id):
            return
        shallow = self._local("rev-parse", "--is-shallow-repository").output.strip() == b"true"
        if shallow:
            self._pull(tip, "--unshallow")
            if self._descends(commit, good.revision.id):
                return
        raise self._problem(
            "history",
            f"the history was rewritten: commit {commit[:_DIGITS]} does not descend from"
            f" {before}. {how}",
        )

    def _descends(self, commit: str, ancestor: str) -> bool:
        if not self._has(ancestor):
            return False
        return (
            self._local("merge-base", "--is-ancestor", ancestor, commit, may_fail=True).status == 0
        )

    def _refuse_unsigned(self, tip: _Tip, identifier: str, commit: str) -> None:
        is_annotated = bool(tip.tag) and identifier != commit
        problem = signature.problem(
            self._git, identifier if is_annotated else commit, tip.tag if is_annotated else ""
        )
        if problem is not None:
            raise self._problem("signature", problem)

    def _write(self, commit: str, copy: Path) -> None:
        """Write the files of the folder of a commit."""
        inner = "" if str(self._path) == "." else str(self._path)
        named = self._id(f"{commit}:{inner}") if inner else commit
        found = self._id(f"{named}^{{tree}}") if named else ""
        if not found:
            raise self._problem(
                "content",
                f"commit {commit[:_DIGITS]} has no folder {one_line(inner)}; check --path",
            )
        try:
            listed = self._local(
                "ls-tree", "-r", "-l", "-z", "--full-tree", found, largest=tree.LARGEST_LIST
            )
            entries = tree.entries(listed.output)
            contents = self._local(
                "cat-file",
                "--batch",
                stdin="".join(f"{entry.object}\n" for entry in entries).encode(),
                largest=2 * tree.LARGEST,
            )
            tree.write(entries, contents.output, copy)
        except TooMuch:
            raise self._problem("content", "the folder contains too many files") from None
        except tree.Unusable as error:
            raise self._problem("content", f"commit {commit[:_DIGITS]}: {error}") from error
        if self.stores is None and (problem := outside_store(copy)):
            raise self._problem("content", problem)

    def _has(self, commit: str) -> bool:
        return bool(self._id(f"{commit}^{{commit}}"))

    def _id(self, name: str) -> str:
        """Return the ID of an object; empty if there is none."""
        finished = self._local(
            "rev-parse", "--verify", "--quiet", "--end-of-options", name, may_fail=True
        )
        return finished.output.decode().strip() if finished.status == 0 else ""

    @property
    def _ref_shown(self) -> str:
        return self._ref or "the default branch"

    def _create(self, object_format: str) -> None:
        self._local("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}")

    def _forget(self) -> None:
        shutil.rmtree(self._git.folder, ignore_errors=True)

    def _remove_leftovers(self) -> None:
        """Remove the locks of a killed git, which would stop all later calls."""
        for pattern in ("**/*.lock", "objects/pack/tmp_*", "objects/tmp_*", "objects/*/tmp_obj_*"):
            for path in self._git.folder.glob(pattern):
                with contextlib.suppress(OSError):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _connect(self, *words: str) -> Finished:
        """Run a command of git that connects. Raise NotFetched."""
        try:
            finished = self._git.run(
                *words, timeout=self._timeout, largest=_LARGEST_LIST, network=True
            )
        except TooLong:
            raise self._problem(
                "source", f"git did not finish within {self._timeout:g} s"
            ) from None
        except TooMuch:
            raise self._problem("source", "the server has too many branches and tags") from None
        if finished.status != 0:
            raise self._problem("source", meaning(finished.errors, self._location.secrets))
        return finished

    def _local(
        self, *words: str, may_fail: bool = False, largest: int = _SHORT, stdin: bytes = b""
    ) -> Finished:
        """Run a command of git on the repository of this machine. Raise _Damaged and TooMuch."""
        try:
            finished = self._git.run(*words, timeout=_LOCAL_TIMEOUT, largest=largest, stdin=stdin)
        except TooLong:
            raise _Damaged(f"git {words[0]} did not finish within {_LOCAL_TIMEOUT:g} s") from None
        if finished.status != 0 and not may_fail:
            raise _Damaged(quoted(finished.errors, self._location.secrets))
        return finished

    def _problem(self, kind: Kind, text: str) -> NotFetched:
        return NotFetched(kind, f"{self.label}: {text}")


def _tips(output: bytes) -> Iterator[_Tip]:
    for line in output.decode("utf-8", "replace").split("\n"):
        identifier, _, name = line.partition("\t")
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", identifier):
            yield _Tip(identifier, name)


def _accepted(data: Any) -> str:
    checked = Checked()
    document = checked.mapping(data, "it")
    return checked.text(required(document, "commit"), "commit")
