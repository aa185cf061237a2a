# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is owed: triggers whose target has not been applied yet.

A debt is written down before its source acts and struck when its target has succeeded, so
that a run that fails or is killed in between is made good by the next one.
"""

from __future__ import annotations

import json
import os
from typing import Any, Iterable

from . import temporary_files
from .errors import Blocked, ResourceError
from .temporary_files import prefix_beside

VERSION = 1


class Journal:
    """The debts of one scope: target ids, each with the ids of the sources that changed.

    With ``path`` None it lives in memory only, for check mode.
    """

    def __init__(self, path: str | None, owed: dict[str, list[str]] | None = None) -> None:
        self._path = path
        self._owed = owed or {}

    @classmethod
    def load(cls, path: str, persistent: bool = True) -> Journal:
        """Raises ResourceError when the file is not a journal that we can read."""
        if persistent:
            temporary_files.clear(os.path.dirname(path), prefix_beside(path))
        try:
            with open(path, encoding="utf-8") as stream:
                owed = _owed(json.load(stream), path)
        except FileNotFoundError:
            owed = {}
        except (OSError, ValueError) as error:
            raise ResourceError(
                f"the journal of owed triggers cannot be read: {error}; if it is damaged, remove"
                f" {path} (what was owed is then forgotten)"
            ) from error
        return cls(path if persistent else None, owed)

    def owes(self, target: str) -> bool:
        return target in self._owed

    def sources(self, target: str) -> tuple[str, ...]:
        return tuple(self._owed.get(target, ()))

    def owe(self, source: str, targets: Iterable[str]) -> tuple[str, ...]:
        """Writes debts down. Gives the targets that this source did not yet owe."""
        new = tuple(target for target in targets if source not in self.sources(target))
        for target in new:
            self._owed.setdefault(target, []).append(source)
        if new:
            self._save()
        return new

    def retract(self, source: str, targets: Iterable[str]) -> None:
        """Takes debts back that this source has just made: it did not change after all."""
        targets = tuple(targets)
        for target in targets:
            self._owed[target].remove(source)
            if not self._owed[target]:
                del self._owed[target]
        if targets:
            self._save()

    def strike(self, target: str) -> None:
        """The target has been applied: nothing is owed to it any more."""
        if self._owed.pop(target, None) is not None:
            self._save()

    def keep_only(self, known: Iterable[str]) -> tuple[str, ...]:
        """Drops debts to resources that no longer exist, and gives their ids."""
        dropped = tuple(sorted(set(self._owed) - set(known)))
        for target in dropped:
            del self._owed[target]
        if dropped:
            self._save()
        return dropped

    def _save(self) -> None:
        if self._path is None:
            return
        folder = os.path.dirname(self._path)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with temporary_files.temporary(folder, prefix_beside(self._path)) as file:
                file.stream.write(json.dumps({"version": VERSION, "owed": self._owed}).encode())
                file.rename(self._path)
        except OSError as error:
            raise Blocked(
                f"the journal of owed triggers cannot be written to {folder}: {error.strerror};"
                " free it up, or set state_dir"
            ) from error


def _owed(content: Any, path: str) -> dict[str, list[str]]:
    """The debts in a journal's content. Raises ValueError for what is none."""
    version = content.get("version") if isinstance(content, dict) else None
    if isinstance(version, int) and version != VERSION:
        raise ResourceError(
            f"{path} was written by another version of vigo.bridge; use that version or newer"
        )
    owed = content.get("owed") if version == VERSION else None
    if not isinstance(owed, dict) or not all(
        isinstance(sources, list) and all(isinstance(source, str) for source in sources)
        for sources in owed.values()
    ):
        raise ValueError("it does not hold what vigo.bridge has written")
    return owed
