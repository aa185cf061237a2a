# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of a Git repository on this machine: what it has, and what it fetches."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vigo_bridge.watch.sources.git.failures import meaning, quoted
from vigo_bridge.watch.sources.git.location import Location
from vigo_bridge.watch.sources.git.program import Finished, Git, TooLong, TooMuch
from vigo_bridge.watch.sources.source import Kind, NotFetched

#: Seconds for one call of git that does not connect.
_TIMEOUT = 60.0
_LARGEST_LIST = 4 << 20
_SHORT = 1 << 16
#: Its refs: the last fetched commit, and the last good one.
INCOMING, _GOOD = "refs/vigo/incoming", "refs/vigo/good"
_TAGS, _HEADS = "refs/tags/", "refs/heads/"


@dataclass(frozen=True)
class Tip:
    """The object to which a branch or tag of the remote repository points. name: its full name
    there.
    """

    id: str
    name: str

    @property
    def tag(self) -> str:
        """The name of the tag; empty for a branch."""
        return self.name.removeprefix(_TAGS) if self.name.startswith(_TAGS) else ""

    @property
    def object_format(self) -> str:
        """The hash by which objects are named."""
        return "sha256" if len(self.id) == 64 else "sha1"


class Damaged(Exception):
    """The copy cannot be used."""


class Clone:
    """A bare repository of our own."""

    def __init__(self, folder: Path, location: Location, timeout: float) -> None:
        """Use a folder. location: where commits come from. timeout: seconds for one connection."""
        self.git = Git(folder, location)
        self._folder = folder
        self._location = location
        self._timeout = timeout

    def exists(self) -> bool:
        return self._folder.is_dir()

    def prepare(self) -> None:
        """Create the repository if it is missing. Raise Damaged if it is another kind."""
        if not self.exists():
            self._create("sha1")
        if self._says("--is-bare-repository") != "true":
            raise Damaged("it is not a bare repository")

    def forget(self) -> None:
        """Remove the repository."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def id(self, name: str) -> str:
        """Return the ID of an object; empty if there is none."""
        finished = self.local(
            "rev-parse", "--verify", "--quiet", "--end-of-options", name, may_fail=True
        )
        return finished.output.decode().strip() if finished.status == 0 else ""

    def has(self, commit: str) -> bool:
        return bool(self.id(f"{commit}^{{commit}}"))

    def descends(self, commit: str, ancestor: str) -> bool:
        if not self.has(ancestor):
            return False
        words = ("merge-base", "--is-ancestor", ancestor, commit)
        return self.local(*words, may_fail=True).status == 0

    def is_shallow(self) -> bool:
        """Return whether commits before the oldest one were not fetched."""
        return self._says("--is-shallow-repository") == "true"

    def newest(self, ref: str | None) -> Tip:
        """Return what a branch or tag points to now. Raise NotFetched.

        ref: None for the default branch.
        """
        name = ref or "HEAD"
        is_full = ref is None or name.startswith("refs/")
        names = (name,) if is_full else (f"{_HEADS}{name}", f"{_TAGS}{name}")
        finished = self._connect("ls-remote", "--", self._location.url, *names)
        found = [tip for tip in _tips(finished.output) if tip.name in names]
        if len(found) > 1:
            raise self.problem(
                "ref",
                f"{name} is both a branch and a tag; use --ref {_HEADS}{name} or --ref"
                f" {_TAGS}{name}",
            )
        if not found:
            raise self.problem("ref", self._missing(ref))
        return found[0]

    def download(self, tip: Tip, good: str | None) -> None:
        """Fetch a commit, and those between it and the last good one. Raise NotFetched."""
        known = good is not None and self.has(good)
        if good is not None and known:
            self.local("update-ref", _GOOD, good)
        if self._says("--show-object-format") != tip.object_format:
            self.forget()
            self._create(tip.object_format)
        # Without a good commit, no history is needed.
        self.fetch(tip, *(() if known else ("--depth=1",)))

    def fetch(self, tip: Tip, *options: str) -> None:
        """Fetch commits. If that fails, the next turn starts with a new repository."""
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
                f"+{tip.name}:{INCOMING}",
            )
        except NotFetched:
            self.forget()
            raise

    def local(
        self, *words: str, may_fail: bool = False, largest: int = _SHORT, stdin: bytes = b""
    ) -> Finished:
        """Run a command of git that does not connect. Raise Damaged and TooMuch."""
        try:
            finished = self.git.run(*words, timeout=_TIMEOUT, largest=largest, stdin=stdin)
        except TooLong:
            raise Damaged(f"git {words[0]} did not finish within {_TIMEOUT:g} s") from None
        if finished.status != 0 and not may_fail:
            raise Damaged(quoted(finished.errors, self._location.secrets))
        return finished

    def problem(self, kind: Kind, text: str) -> NotFetched:
        """Return an error that names the repository."""
        return NotFetched(kind, f"{self._location.url}: {text}")

    def _says(self, option: str) -> str:
        return self.local("rev-parse", option).output.decode().strip()

    def _create(self, object_format: str) -> None:
        self.local("init", "--quiet", "--bare", "--template=", f"--object-format={object_format}")

    def _remove_leftovers(self) -> None:
        """Remove the locks of a killed git, which would stop all later calls."""
        for pattern in ("**/*.lock", "objects/pack/tmp_*", "objects/tmp_*", "objects/*/tmp_obj_*"):
            for path in self._folder.glob(pattern):
                with contextlib.suppress(OSError):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _missing(self, ref: str | None) -> str:
        """Return why the branch or tag was not found."""
        try:
            others = self._connect("ls-remote", "--", self._location.url).output
        except NotFetched:
            others = b"too many"
        if not others.strip():
            return "the repository is empty: it has no commits"
        if ref is None:
            return "the repository has no default branch; set one with --ref"
        return f"the repository has no branch or tag {ref}; check --ref"

    def _connect(self, *words: str) -> Finished:
        """Run a command of git that connects. Raise NotFetched."""
        try:
            finished = self.git.run(
                *words, timeout=self._timeout, largest=_LARGEST_LIST, network=True
            )
        except TooLong:
            raise self.problem("source", f"git did not finish within {self._timeout:g} s") from None
        except TooMuch:
            raise self.problem("source", "the server has too many branches and tags") from None
        if finished.status != 0:
            raise self.problem("source", meaning(finished.errors, self._location.secrets))
        return finished


def _tips(output: bytes) -> Iterator[Tip]:
    for line in output.decode("utf-8", "replace").split("\n"):
        identifier, _, name = line.partition("\t")
        if re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", identifier):
            yield Tip(identifier, name)
