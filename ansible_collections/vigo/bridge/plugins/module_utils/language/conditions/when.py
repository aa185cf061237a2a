# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``when``: whether a resource acts, evaluated on the target at its turn.

    file_exists('/etc/nginx') && !is_container
    changed && (os_family('debian') || os_family('rhel'))

``changed`` does not check the machine: it means that the resource acts only when triggered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable

from ...common.dataclass import dataclass, field
from .parser import Both, Call, Changed, Either, Not, Tree, parse_tree
from .tokens import ConditionError

if TYPE_CHECKING:
    from ...host.facts import Facts  # not loaded to validate a stack

__all__ = ["Condition", "ConditionError", "parse"]


@dataclass(frozen=True)
class Condition:
    """A condition that can be evaluated. gated: it contains ``changed``."""

    text: str
    gated: bool
    tree: Tree = field(repr=False)

    def traits(self) -> frozenset[str]:
        """Return the dotted names of the traits that it asks for."""
        return frozenset(_traits(self.tree))

    def holds(self, facts: Facts) -> bool | None:
        """Return whether it is true of the machine; ``changed`` counts as true.

        None in check mode, if the answer depends on an earlier predicted change. Operands are
        evaluated from left to right, and only as far as needed. Raise ResourceError when the
        machine cannot answer.
        """
        return _holds(self.tree, facts)


def parse(text: str) -> Condition:
    """Return the condition of a text. Raise ConditionError."""
    tree = parse_tree(text)
    return Condition(text, _is_gated(tree), tree)


def _is_gated(tree: Tree) -> bool:
    if isinstance(tree, Changed):
        return True
    if isinstance(tree, Both):
        gated = [_is_gated(operand) for operand in tree.operands]
        return any(gated)
    inner = _first_changed(tree)
    if inner is None:
        return False
    if isinstance(tree, Not):
        raise ConditionError("'changed' cannot be negated", "remove it", inner.offset)
    raise ConditionError(
        "'changed' cannot be an operand of '||'",
        "combine it with '&&', or write two resources",
        inner.offset,
    )


def _first_changed(tree: Tree) -> Changed | None:
    if isinstance(tree, Changed):
        return tree
    return next(filter(None, map(_first_changed, _operands(tree))), None)


def _traits(tree: Tree) -> set[str]:
    if isinstance(tree, Call):
        return set(tree.builtin.needs(*tree.values))
    return {name for operand in _operands(tree) for name in _traits(operand)}


def _operands(tree: Tree) -> tuple[Tree, ...]:
    if isinstance(tree, Not):
        return (tree.operand,)
    return tree.operands if isinstance(tree, (Both, Either)) else ()


def _holds(tree: Tree, facts: Facts) -> bool | None:
    if isinstance(tree, Call):
        return tree.builtin.holds(facts, *tree.values)
    if isinstance(tree, Not):
        inner = _holds(tree.operand, facts)
        return None if inner is None else not inner
    if isinstance(tree, Both):
        return _decided((_holds(operand, facts) for operand in tree.operands), by=False)
    if isinstance(tree, Either):
        return _decided((_holds(operand, facts) for operand in tree.operands), by=True)
    return True


def _decided(answers: Iterable[bool | None], by: bool) -> bool | None:
    """Return ``by`` if an answer has this value; else None if any is unknown; else the opposite."""
    is_open = False
    for answer in answers:
        if answer is by:
            return by
        is_open = is_open or answer is None
    return None if is_open else not by
