# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides which stack owns an object on a host, and what another stack may do with it. Pure."""

from __future__ import annotations

from enum import Enum

from ..common.dataclass import dataclass
from ..common.errors import ResourceError


@dataclass(frozen=True)
class Owner:
    """The stack and the resource that something belongs to. Empty if it is not known."""

    scope: str
    id: str = ""
    resource: str = ""

    def __str__(self) -> str:
        details = [f"id {self.id}"] if self.id else []
        details += [f"resource {self.resource}"] if self.resource else []
        return f"{self.scope!r} ({', '.join(details)})" if details else repr(self.scope)


class Claim(Enum):
    """The relation of an object on the host to a resource of a stack."""

    OURS = "ours"
    #: It does not belong to a stack: it may be adopted.
    FREE = "free"
    #: An earlier version created it for this resource, under a former name of the stack.
    FORMER = "former"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Stack:
    """The stack that is being converged.

    id: what distinguishes it from others of its name; may be empty. former: names under which
    earlier versions may have made its containers, without an ID. is_named: whether the user has
    chosen the name.
    """

    scope: str
    id: str = ""
    former: tuple[str, ...] = ()
    is_named: bool = True

    @property
    def key(self) -> str:
        """The key of the stack's records."""
        return f"id:{self.id}" if self.id else f"scope:{self.scope}"

    @property
    def earlier(self) -> tuple[str, ...]:
        """The names under which this stack may have objects without an ID."""
        own = (self.scope,) if self.id else ()
        return tuple(dict.fromkeys((*own, *(name for name in self.former if name != self.scope))))

    def owns(self, owner: Owner | None) -> bool:
        if owner is None or owner.id != self.id:
            return False
        return bool(self.id) or owner.scope == self.scope

    def claim(self, owner: Owner | None, resource: str) -> Claim:
        """Return the claim on a container. owner: of the one that has the name of the
        resource's.
        """
        if owner is None:
            return Claim.FREE
        if self.owns(owner):
            return Claim.OURS
        if not owner.id and owner.resource == resource and owner.scope in self.earlier:
            return Claim.FORMER
        return Claim.FOREIGN

    def conflicts_with(self, owner: Owner) -> bool:
        """Return whether it is another stack of the same name. Both need an ID for that."""
        return bool(owner.id) and owner.id != self.id and owner.scope == self.scope


class NameConflict(ResourceError):
    """Another stack on the host has the same name: nothing may be changed."""

    def __init__(self, stack: Stack, other: Owner, what: str) -> None:
        mine = f"the ID {stack.id}" if stack.id else "no ID"
        super().__init__(
            f"another stack named {stack.scope!r} is on this host: {what} has the ID {other.id},"
            f" and this stack has {mine}. Nothing was changed; choose another name for one of them,"
            f" or, if they are the same stack, {_id_line(other)}"
        )


def refusal(stack: Stack, owner: Owner, what: str) -> ResourceError:
    """Return the error of a resource that conflicts with another stack."""
    hint = ""
    if owner.id and not stack.id:
        hint = f"; if it is the same stack, {_id_line(owner)}"
    elif not owner.id and owner.scope not in stack.earlier:
        hint = (
            f"; if {owner.scope!r} is a former name of this stack, add it to former_names in"
            " stack.vgo (the option former_scopes in a playbook)"
        )
    return ResourceError(
        f"{what} belongs to another stack, {owner}; choose another name, or remove it first{hint}"
    )


def _id_line(owner: Owner) -> str:
    return f'write `id: "{owner.id}"` into its stack.vgo (the option stack_id in a playbook)'
