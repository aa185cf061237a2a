# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of resources before a rollout changed them, so that it can be rolled back.

Each state is written before its resource is changed. It is kept until the rollout has passed this
host, or until the next rollout.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any, Mapping

from ..common.dataclass import dataclass
from .state_folder import Damaged, StateFolder, scope_file

_KIND = "former"
#: Marks in the first file that the states must not be used any more, in any that its state is lost.
_DISCARDED, _LOST = "discarded", "lost"
_FOREIGN = "its content was not written by vigo.bridge"


@dataclass(frozen=True)
class FormerState:
    """One change of a resource. state: how it was; None where the change cannot be undone."""

    resource: str
    type: str
    state: Mapping[str, Any] | None


@dataclass(frozen=True)
class Kept:
    """The former states of a rollout. states: in the order of the changes.

    is_damaged: whether one of them is lost. is_discarded: whether the changes must not be undone
    any more; then what was kept for that is only left because a run was interrupted.
    """

    states: tuple[FormerState, ...]
    is_damaged: bool = False
    is_discarded: bool = False


class Former:
    """The former states of a scope, in the order of the changes, one file each."""

    def __init__(self, folder: StateFolder, scope: str, stack_id: str, rollout: str) -> None:
        """Use the states of a rollout. rollout: a text that no other rollout has."""
        self._folder = folder
        self._scope = stack_id or scope
        self._rollout = rollout
        self._count = 0

    def begin(self) -> None:
        """Delete the states of other rollouts. Raise Blocked."""
        found = self.kept()
        if found.is_discarded or not found.states:
            self.discard()

    def keep(self, resource: str, type: str, state: Mapping[str, Any] | None) -> None:
        """Keep a state durably. Raise Blocked: then the change must not be made."""
        content = {
            "resource": resource,
            "type": type,
            "state": None if state is None else dict(state),
        }
        self._write(self._count, content)
        self._count += 1

    def kept(self) -> Kept:
        """Return the states of this rollout. Raise Blocked.

        A damaged file is set aside: its change cannot be undone.
        """
        states: list[FormerState] = []
        is_damaged = is_discarded = False
        self._count = 0
        while True:
            try:
                content = self._folder.read_json(self._name(self._count))
                if content is None:
                    break
                if not isinstance(content, dict):
                    raise Damaged(_FOREIGN)
                if content.get("rollout") != self._rollout:
                    break
                is_discarded = is_discarded or content.get(_DISCARDED) is True
                if content.get(_LOST) is True:
                    is_damaged = True
                else:
                    states.append(_state(content))
            except Damaged as damage:
                is_damaged = True
                loss = "that change cannot be undone"
                self._folder.set_aside(self._name(self._count), str(damage), loss)
                self._write(self._count, {_LOST: True})  # States are read up to the first gap.
            self._count += 1
        return Kept(tuple(states), is_damaged, is_discarded)

    def begin_discarding(self) -> None:
        """Make sure that no change is undone any more, before the first state is removed: otherwise
        an interrupted removal would leave some changes that can be undone. Raise Blocked.
        """
        with contextlib.suppress(Damaged):
            content = self._folder.read_json(self._name(0))
            if isinstance(content, dict):
                self._write(0, {**content, _DISCARDED: True})

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

    def _write(self, number: int, content: Mapping[str, Any]) -> None:
        self._folder.write_json(self._name(number), {"rollout": self._rollout, **content})

    def _name(self, number: int) -> str:
        return scope_file(_KIND, f"{self._scope}:{number}")


def _state(content: Mapping[str, Any]) -> FormerState:
    """Return the state of a file. Raise Damaged."""
    resource, type_, state = (content.get(name) for name in ("resource", "type", "state"))
    if not isinstance(resource, str) or not isinstance(type_, str):
        raise Damaged(_FOREIGN)
    if state is not None and not isinstance(state, dict):
        raise Damaged(_FOREIGN)
    return FormerState(resource, type_, state)
