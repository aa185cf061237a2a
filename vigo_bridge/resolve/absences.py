# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what is missing only because of another error, which is reported separately.

Without a misspelt crate, its variables and resources are missing, too; reporting each of these
would hide the cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vigo_bridge.language.model import Stack
from vigo_bridge.resolve.inclusion import Inclusion


@dataclass(frozen=True)
class Absences:
    """unreadable: whether missing names may be in a file that could not be read."""

    unreadable: bool
    variables: frozenset[str]
    references: frozenset[str]

    def allow_variable(self, name: str) -> bool:
        return self.unreadable or name in self.variables

    def allow_reference(self, reference: str) -> bool:
        return self.unreadable or reference.rpartition("/")[2] in self.references


def absences_of(stack: Stack, inclusion: Inclusion) -> Absences:
    unread = {name for included in inclusion.crates for name in included.crate.unread}
    if inclusion.is_complete:
        return Absences(False, frozenset(), frozenset(unread))
    return Absences(bool(stack.broken), frozenset(_variables(stack)), frozenset(_resources(stack)))


def _variables(stack: Stack) -> Iterator[str]:
    for crate in stack.configcrates.values():
        yield from crate.vars
    for role in stack.roles.values():
        yield from role.vars


def _resources(stack: Stack) -> Iterator[str]:
    for crate in stack.configcrates.values():
        yield crate.name
        yield from crate.unread
        for resource in crate.resources:
            if resource.name is not None:
                yield resource.name.text
