# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pending triggers: those whose target has not been applied yet.

A trigger is recorded before its source acts and removed after its target succeeded, so that the
next run delivers it if a run fails or is killed in between.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from ..common.errors import ResourceError
from .state_folder import Damaged, StateFolder, scope_file

VERSION = 1


class Journal:
    """The debts of one scope: target ids, each with the ids of the sources that changed."""

    def __init__(
        self, folder: StateFolder, name: str, owed: dict[str, list[str]] | None = None
    ) -> None:
        self._folder = folder
        self._name = name
        self._owed = owed or {}

    @classmethod
    def load(cls, folder: StateFolder, scope: str, stack_id: str = "") -> Journal:
        """Read the journal of a scope. A damaged one is set aside.

        stack_id: the scope's ID; with one, a scope keeps its journal under any name. Raise Blocked,
        and ResourceError for a journal of another version.
        """
        name = cls.file(scope, stack_id)
        try:
            owed = _owed(folder.read_json(name), folder.path(name))
        except Damaged as damage:
            folder.set_aside(name, str(damage), "the triggers that it lists are lost")
            owed = {}
        return cls(folder, name, owed)

    @staticmethod
    def file(scope: str, stack_id: str) -> str:
        """Return the name of the file in the state folder."""
        return scope_file("stack-journal", stack_id) if stack_id else scope_file("journal", scope)

    def owes(self, target: str) -> bool:
        return target in self._owed

    def sources(self, target: str) -> tuple[str, ...]:
        return tuple(self._owed.get(target, ()))

    def owe(self, source: str, targets: Iterable[str]) -> tuple[str, ...]:
        """Record debts, and return the targets that this source did not owe yet."""
        new = tuple(target for target in targets if source not in self.sources(target))
        self._change({target: [*self.sources(target), source] for target in new})
        return new

    def take_over(self, other: Journal, targets: Iterable[str]) -> None:
        """Owe what another journal owes to these targets. It stays there, too."""
        for target in targets:
            for source in other.sources(target):
                self.owe(source, [target])

    def retract(self, source: str, targets: Iterable[str]) -> None:
        """Withdraw debts that this source has just made: it did not change after all."""
        self._change(
            {
                target: [each for each in self.sources(target) if each != source]
                for target in targets
            }
        )

    def strike(self, target: str) -> None:
        """Drop all debts to a target that has been applied."""
        if self.owes(target):
            self._change({target: []})

    def keep_only(self, known: Iterable[str]) -> tuple[str, ...]:
        """Drop debts to resources that no longer exist, and return their ids."""
        dropped = tuple(sorted(set(self._owed) - set(known)))
        self._change({target: [] for target in dropped})
        return dropped

    def _change(self, sources: Mapping[str, list[str]]) -> None:
        """Replace the sources of these targets. If writing fails, nothing is changed here either.

        Raise Blocked.
        """
        if not sources:
            return
        former = self._owed
        changed = {**former, **sources}
        self._owed = {target: found for target, found in changed.items() if found}
        try:
            self._save()
        except ResourceError:
            self._owed = former
            raise

    def _save(self) -> None:
        self._folder.write_json(self._name, {"version": VERSION, "owed": self._owed})


def _owed(content: Any, path: str) -> dict[str, list[str]]:
    """Return the debts in a journal's content. Raise Damaged, and ResourceError."""
    if content is None:
        return {}
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
        raise Damaged("its content was not written by vigo.bridge")
    return owed
