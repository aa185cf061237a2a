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
    """The pending triggers of one scope: for each target's ID, the IDs of its sources."""

    def __init__(
        self, folder: StateFolder, name: str, sources: dict[str, list[str]] | None = None
    ) -> None:
        self._folder = folder
        self._name = name
        self._sources = sources or {}

    @classmethod
    def load(cls, folder: StateFolder, scope: str, stack_id: str = "") -> Journal:
        """Read the journal of a scope. A damaged one is set aside.

        stack_id: the scope's ID; with one, a scope keeps its journal under any name. Raise Blocked,
        and ResourceError for a journal of another version.
        """
        name = cls.file(scope, stack_id)
        try:
            sources = _sources(folder.read_json(name), folder.path(name))
        except Damaged as damage:
            folder.set_aside(name, str(damage), "the triggers that it lists are lost")
            sources = {}
        return cls(folder, name, sources)

    @staticmethod
    def file(scope: str, stack_id: str) -> str:
        """Return the name of the file in the state folder."""
        return scope_file("stack-journal", stack_id) if stack_id else scope_file("journal", scope)

    def has_trigger(self, target: str) -> bool:
        return target in self._sources

    def sources(self, target: str) -> tuple[str, ...]:
        return tuple(self._sources.get(target, ()))

    def add_triggers(self, source: str, targets: Iterable[str]) -> tuple[str, ...]:
        """Add triggers of a source, and return the targets of those that are new."""
        new = tuple(target for target in targets if source not in self.sources(target))
        self._change({target: [*self.sources(target), source] for target in new})
        return new

    def take_over(self, other: Journal, targets: Iterable[str]) -> None:
        """Add what is pending for these targets in another journal; it is kept there, too."""
        for target in targets:
            for source in other.sources(target):
                self.add_triggers(source, [target])

    def retract(self, source: str, targets: Iterable[str]) -> None:
        """Remove triggers that were just added for a source that then did not change."""
        self._change(
            {
                target: [each for each in self.sources(target) if each != source]
                for target in targets
            }
        )

    def remove_triggers(self, target: str) -> None:
        """Remove all triggers of a target that has been applied."""
        if self.has_trigger(target):
            self._change({target: []})

    def keep_only(self, known: Iterable[str]) -> tuple[str, ...]:
        """Remove triggers of resources that no longer exist, and return their IDs."""
        dropped = tuple(sorted(set(self._sources) - set(known)))
        self._change({target: [] for target in dropped})
        return dropped

    def _change(self, sources: Mapping[str, list[str]]) -> None:
        """Replace the sources of these targets. If writing fails, nothing is changed here either.

        Raise Blocked.
        """
        if not sources:
            return
        former = self._sources
        changed = {**former, **sources}
        self._sources = {target: found for target, found in changed.items() if found}
        try:
            self._save()
        except ResourceError:
            self._sources = former
            raise

    def _save(self) -> None:
        self._folder.write_json(self._name, {"version": VERSION, "owed": self._sources})


def _sources(content: Any, path: str) -> dict[str, list[str]]:
    """Return the triggers in a journal's content. Raise Damaged, and ResourceError."""
    if content is None:
        return {}
    version = content.get("version") if isinstance(content, dict) else None
    if isinstance(version, int) and version != VERSION:
        raise ResourceError(
            f"{path} was written by another version of vigo.bridge; use that version or newer"
        )
    sources = content.get("owed") if version == VERSION else None
    if not isinstance(sources, dict) or not all(
        isinstance(ids, list) and all(isinstance(each, str) for each in ids)
        for ids in sources.values()
    ):
        raise Damaged("its content was not written by vigo.bridge")
    return sources
