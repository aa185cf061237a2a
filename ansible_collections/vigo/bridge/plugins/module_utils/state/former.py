# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of resources before a rollout changed them, so that it can be rolled back.

Each state is written before its resource is changed. It is kept until the rollout has passed this
host, or until the next rollout.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Mapping

from .state_folder import Damaged, StateFolder, scope_file

_KIND = "former"


@dataclass(frozen=True)
class FormerState:
    """One change of a resource. state: how it was; None where the change cannot be undone."""

    resource: str
    type: str
    state: Mapping[str, Any] | None


class Former:
    """The former states of a scope, in the order of the changes, one file each."""

    def __init__(self, folder: StateFolder, scope: str, stack_id: str, rollout: str) -> None:
        """Use the states of a rollout. rollout: a text that no other rollout has."""
        self._folder = folder
        self._scope = stack_id or scope
        self._rollout = rollout
        self._count = 0

    def begin(self) -> None:
        """Drop the states of other rollouts. Raise Blocked."""
        self._count = len(self.states())
        if not self._count:
            self.discard()

    def keep(self, resource: str, type: str, state: Mapping[str, Any] | None) -> None:
        """Keep a state durably. Raise Blocked: then the change must not be made."""
        content = {
            "rollout": self._rollout,
            "resource": resource,
            "type": type,
            "state": None if state is None else dict(state),
        }
        self._folder.write_json(self._name(self._count), content)
        self._count += 1

    def states(self) -> list[FormerState]:
        """Return the states of this rollout, in the order of the changes. Raise Blocked.

        A damaged file is set aside: its change cannot be undone.
        """
        found: list[FormerState] = []
        while True:
            name = self._name(len(found))
            try:
                content = self._folder.read_json(name)
                if content is None:
                    return found
                state = _state(content, self._rollout)
            except Damaged as damage:
                self._folder.set_aside(name, str(damage), "that change cannot be undone")
                return found
            if state is None:
                return found
            found.append(state)

    def discard(self) -> None:
        """Remove all states, the last first, so that those that are left have no gap.

        Raise Blocked.
        """
        names: list[str] = []
        while os.path.lexists(self._folder.path(self._name(len(names)))):
            names.append(self._name(len(names)))
        for name in reversed(names):
            self._folder.remove(name)
        self._count = 0

    def _name(self, number: int) -> str:
        return scope_file(_KIND, f"{self._scope}:{number}")


def _state(content: Any, rollout: str) -> FormerState | None:
    """Return the state of a file; None where another rollout wrote it. Raise Damaged."""
    if not isinstance(content, dict):
        raise Damaged("its content was not written by vigo.bridge")
    if content.get("rollout") != rollout:
        return None
    resource, type_, state = (content.get(name) for name in ("resource", "type", "state"))
    if not isinstance(resource, str) or not isinstance(type_, str):
        raise Damaged("its content was not written by vigo.bridge")
    if state is not None and not isinstance(state, dict):
        raise Damaged("its content was not written by vigo.bridge")
    return FormerState(resource, type_, state)
