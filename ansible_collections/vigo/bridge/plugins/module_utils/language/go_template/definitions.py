# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which ``define`` and ``block`` of a text are ours, before anything else of it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, Optional, Set

from .lexer import Action
from .naming import Naming, template_name


@dataclass(frozen=True)
class ActionFacts:
    """``is_head`` says that the action opens a block that has an ``end``, ``names_us`` that it
    names one of our namespaces."""

    action: Action
    naming: Naming
    is_head: bool
    names_us: bool


def our_templates(actions: Iterable[ActionFacts]) -> Set[str]:
    """The names of the definitions that are ours: their body, or a call of them, names one of
    our namespaces, or a definition of ours calls them, or they hold nothing foreign and are
    called without an argument."""
    survey = _Survey()
    for facts in actions:
        survey.see(facts)
    return survey.ours()


class _Survey:
    def __init__(self) -> None:
        self._ours: Set[str] = set()
        self._callers: Dict[str, List[str]] = {}
        self._holds_foreign: Dict[str, bool] = {}
        self._called_plainly: Set[str] = set()
        # For each open block the definition that it stands in, or that it is.
        self._inside: List[Optional[str]] = [None]

    def see(self, facts: ActionFacts) -> None:
        """Takes notice of the next action of the text."""
        action, naming = facts.action, facts.naming
        definition = self._inside[-1]
        if facts.is_head:
            is_definition = action.keyword in ("block", "define")
            name = template_name(action) if is_definition else definition
            self._inside.append(name)
            if is_definition and name is not None:
                self._holds_foreign.setdefault(name, False)
                if facts.names_us:
                    self._ours.add(name)
        elif action.keyword == "end" and len(self._inside) > 1:
            self._inside.pop()
        elif action.keyword == "template":
            self._see_call(template_name(action), facts)
        if definition is not None:
            if facts.names_us:
                self._ours.add(definition)
            if naming.has_chain or naming.has_unknown_function:
                self._holds_foreign[definition] = True

    def _see_call(self, called: str, facts: ActionFacts) -> None:
        definition = self._inside[-1]
        if facts.names_us:
            self._ours.add(called)
        if not facts.naming.has_chain:
            self._called_plainly.add(called)
        if definition is not None:
            self._callers.setdefault(called, []).append(definition)

    def ours(self) -> Set[str]:
        ours = set(self._ours)
        ours.update(n for n in self._called_plainly if not self._holds_foreign.get(n, True))
        pending = list(ours)
        while pending:
            for caller in self._callers.get(pending.pop(), ()):
                if caller not in ours:
                    ours.add(caller)
                    pending.append(caller)
        return ours
