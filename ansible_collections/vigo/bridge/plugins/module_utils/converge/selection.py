# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Selects a part of a graph: the resources to apply, those to check, and those to leave out.
Pure.
"""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from ..common.dataclass import dataclass, replace
from ..types.result import UNCHANGED, Result
from .graph import Graph

LEFT_OUT = "not in `only`"


@dataclass(frozen=True)
class Selection:
    """applied: IDs of the resources that are applied.

    checked: those that the applied ones need; they must be as desired already.
    """

    applied: frozenset[str]
    checked: frozenset[str]


def names(selector: str, resource_id: str) -> bool:
    """Return whether a selector, ``CRATE`` or ``CRATE/RESOURCE``, matches a resource.

    A crate or resource of a ``foreach`` matches with and without its ``[ITEM]``.
    """
    crate, slash, name = resource_id.partition("/")
    crates = (crate, crate.partition("[")[0])
    if not slash:
        return selector in crates
    ids = [f"{one}/{other}" for one in crates for other in (name, name.partition("[")[0])]
    return selector in (*crates, *ids)


def select(selectors: Sequence[str], graph: Graph) -> Selection:
    """Return the selected resources: all, if there are no selectors."""
    if not selectors:
        return Selection(frozenset(graph.order), frozenset())
    applied = {id for id in graph.order if any(names(selector, id) for selector in selectors)}
    needed: set[str] = set()
    for resource_id in reversed(graph.order):
        if resource_id in applied or resource_id in needed:
            needed.update(graph.needs.get(resource_id, ()))
    return Selection(frozenset(applied), frozenset(needed - applied))


def as_checked(result: Result, attributes: Mapping[str, Any], guards: Sequence[str]) -> Result:
    """Return the result of a resource that was only checked: a failure unless it is as desired.

    result: the predicted one. guards: the attributes of its type that decide whether it acts.
    """
    if result.failed or result.action in UNCHANGED:
        return result
    if guards and not any(attributes.get(guard) for guard in guards):
        return replace(result, action="skipped", reason="it has no guard")
    what = {"unknown": "is unknown"}.get(result.action, f"would be {result.action}")
    reason = f"it {what} ({result.reason}), but `only` does not include it"
    return replace(result, action="failed", reason=reason, error={"message": reason, "log": ""})
