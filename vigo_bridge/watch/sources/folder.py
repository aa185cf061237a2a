# SPDX-License-Identifier: GPL-3.0-or-later
"""A stack in a folder of this machine, which may be edited while it is read."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ansible_collections.vigo.bridge.plugins.plugin_utils.printable import one_line
from vigo_bridge.files import write_bytes
from vigo_bridge.language.diagnostics import Diagnostic, Diagnostics
from vigo_bridge.language.folder import files_below, folder_problem
from vigo_bridge.language.stack_files import is_used, stack_files
from vigo_bridge.watch.sources.source import Good, NotFetched, Revision

#: Seconds for which the files of a folder must be unchanged before they are used, and how often
#: that is tried.
_SETTLED = 1.0
_TRIES = 12
_DIGITS = 12


class FolderSource:
    """A folder that may be edited while it is read: its files are used when all of them are
    complete.
    """

    url = ""
    warnings = ()

    def __init__(self, folder: Path, sleep: Callable[[float], None] = time.sleep) -> None:
        """Use a folder. sleep: waits for some seconds."""
        self.label = str(folder)
        self.folder = self.named_after = self.shown = self.stores = folder
        self._sleep = sleep

    def fetch(self, copy: Path, good: Good | None) -> Revision:
        """Copy the files, as soon as they have not changed for a second."""
        for _ in range(_TRIES):
            self._refuse_problem()
            age = self._age()
            if age < _SETTLED:
                self._sleep(_SETTLED - age)
                continue
            before = _digest(self._files())
            if before == _digest(_written(self._files(), copy)):
                return Revision(before[:_DIGITS])
            _empty(copy)
        raise NotFetched("source", f"{self.label} is being changed; the next turn reads it again")

    def kept_files(self, copy: Path) -> Iterator[tuple[str, bytes]]:
        """Yield the files that hosts can get. Secrets stay in the folder alone."""
        return stack_files(copy)

    def _refuse_problem(self) -> None:
        problem = folder_problem(self.folder)
        if problem is not None:
            raise NotFetched("source", _text(problem))

    def _files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the files. Raise NotFetched at the end if one of them cannot be read."""
        found = Diagnostics()
        yield from stack_files(self.folder, found)
        error = next((one for one in found if one.severity == "error"), None)
        if error is not None:
            raise NotFetched("content", _text(error))

    def _age(self) -> float:
        """Return how many seconds ago a file was changed last; a time in the future is long
        ago: the clock was set.
        """
        now = time.time()
        ages = (now - changed for changed in _changes(self.folder))
        return min((age for age in ages if age >= 0), default=_SETTLED)


def _changes(folder: Path) -> Iterator[float]:
    """Yield when the files of a stack, and the folders of these, were changed."""
    used = [path for path in files_below(folder) if is_used(path)]
    for path in {
        folder,
        *(folder / path for path in used),
        *(folder / path.parent for path in used),
    }:
        try:
            yield path.stat().st_ctime
        except OSError:
            yield time.time()


def _digest(files: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for path, content in files:
        digest.update(f"{len(path)} {path} {len(content)} ".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _written(files: Iterable[tuple[str, bytes]], folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files, each after it was written to a folder."""
    for path, content in files:
        write_bytes(folder / path, content)
        yield path, content


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _text(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.position.file}: " if diagnostic.position else ""
    advice = f"; {diagnostic.suggestion}" if diagnostic.suggestion else ""
    return one_line(f"{place}{diagnostic.message}{advice}")
