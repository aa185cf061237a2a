# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources of a scope are reverted, so that each is reverted once."""

from __future__ import annotations

from typing import Mapping

from .state_folder import Damaged, StateFolder, scope_file

_VERSION = 1


class Reverts:
    """The IDs of the reverted resources, each with what was undone."""

    def __init__(
        self,
        folder: StateFolder | None = None,
        name: str = "",
        done: Mapping[str, str] | None = None,
    ) -> None:
        """Hold these IDs. folder: None keeps them in memory only."""
        self._folder = folder
        self._name = name
        self._done = dict(done or {})

    @classmethod
    def load(cls, folder: StateFolder, scope: str, stack_id: str = "") -> Reverts:
        """Read those of a scope. A damaged file is set aside. Raises Blocked.

        stack_id: the scope's ID; with one, a scope keeps them under any name.
        """
        name = scope_file("stack-reverts", stack_id) if stack_id else scope_file("reverts", scope)
        try:
            content = folder.read_json(name)
            done = {} if content is None else _done(content)
        except Damaged as damage:
            folder.set_aside(name, str(damage), "the resources that it lists are reverted again")
            done = {}
        return cls(folder, name, done)

    def has(self, resource: str, what: str) -> bool:
        """Return whether this was undone, and nothing was applied since."""
        return self._done.get(resource) == what

    def add(self, resource: str, what: str) -> None:
        """Record that this was undone. Raises Blocked."""
        self._change({**self._done, resource: what})

    def forget(self, resource: str) -> None:
        """Record that the resource was applied. Raises Blocked."""
        self._change({name: what for name, what in self._done.items() if name != resource})

    def _change(self, done: dict[str, str]) -> None:
        if done != self._done:
            if self._folder is not None:
                self._folder.write_json(self._name, {"version": _VERSION, "reverted": done})
            self._done = done


def _done(content: object) -> dict[str, str]:
    done = content.get("reverted") if isinstance(content, dict) else None
    if not isinstance(done, dict) or not all(isinstance(what, str) for what in done.values()):
        raise Damaged("its content was not written by vigo.bridge")
    return done
