# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last run of a stack on this machine: who started it, when it ended, and its outcome."""

from __future__ import annotations

from typing import Any

from ..common.dataclass import asdict, dataclass
from .state_folder import Damaged, StateFolder, scope_file

_VERSION = 1
#: How many characters of the user who started a run are kept.
_LONGEST_NAME = 200
OUTCOMES = ("converged", "changed", "failed")


@dataclass(frozen=True)
class LastRun:
    """at: when it ended, in RFC 3339. by: who started it. outcome: one of OUTCOMES.

    changed: how many resources changed.
    """

    at: str
    by: str
    outcome: str
    changed: int

    @staticmethod
    def file(scope: str, stack_id: str) -> str:
        """Return the name of the file in the state folder."""
        return scope_file("stack-last-run", stack_id) if stack_id else scope_file("last-run", scope)

    @classmethod
    def load(cls, folder: StateFolder, scope: str, stack_id: str = "") -> LastRun | None:
        """Read that of a scope; None if there is none. A damaged file is set aside. Raise Blocked.

        stack_id: the scope's ID; with one, a scope keeps it under any name.
        """
        name = cls.file(scope, stack_id)
        try:
            content = folder.read_json(name)
            return None if content is None else _checked(content)
        except Damaged as damage:
            folder.set_aside(name, str(damage), "it is not known who ran the stack last")
            return None

    def save(self, folder: StateFolder, scope: str, stack_id: str = "") -> None:
        """Replace the record of the previous run. Raise Blocked."""
        content = {"version": _VERSION, **asdict(self), "by": self.by[:_LONGEST_NAME]}
        folder.write_json(self.file(scope, stack_id), content)


def _checked(content: Any) -> LastRun:
    """Return what a file contains. Raise Damaged."""
    if not isinstance(content, dict):
        content = {}
    texts = [content.get(name) for name in ("at", "by", "outcome")]
    changed = content.get("changed")
    if not all(isinstance(text, str) for text in texts) or texts[2] not in OUTCOMES:
        raise Damaged("its content was not written by vigo.bridge")
    if isinstance(changed, bool) or not isinstance(changed, int) or changed < 0:
        raise Damaged("its content was not written by vigo.bridge")
    return LastRun(content["at"], content["by"], content["outcome"], changed)
