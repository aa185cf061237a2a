# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cycles of a directed graph, one for each group of them."""

from __future__ import annotations

from collections import deque
from typing import Mapping, Sequence


def cycles(ids: Sequence[str], needs: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Return a shortest cycle of each strongly connected component, in the order of ``ids``.

    ``needs`` maps an id to the ids it points at, never to itself. Each id of a cycle points at the
    next one, the last at the first.
    """
    place = {one: number for number, one in enumerate(ids)}
    found = []
    for component in _components(ids, needs):
        if len(component) > 1:
            found.append(_shortest_cycle(min(component, key=place.__getitem__), component, needs))
    return sorted(found, key=lambda cycle: place[cycle[0]])


def _components(ids: Sequence[str], needs: Mapping[str, Sequence[str]]) -> list[set[str]]:
    """Return the components by Kosaraju's algorithm, without recursion: a graph may be deeper
    than Python's stack.
    """
    wanted_by: dict[str, list[str]] = {one: [] for one in ids}
    for one in ids:
        for needed in needs.get(one, ()):
            wanted_by[needed].append(one)
    components = []
    assigned: set[str] = set()
    for root in reversed(_by_completion(ids, needs)):
        if root in assigned:
            continue
        component = {root}
        waiting = [root]
        while waiting:
            for one in wanted_by[waiting.pop()]:
                if one not in assigned and one not in component:
                    component.add(one)
                    waiting.append(one)
        assigned |= component
        components.append(component)
    return components


def _by_completion(ids: Sequence[str], needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Return all ids in the order in which a depth-first walk leaves them."""
    completed: list[str] = []
    seen: set[str] = set()
    for root in ids:
        if root in seen:
            continue
        seen.add(root)
        path = [(root, iter(needs.get(root, ())))]
        while path:
            one, rest = path[-1]
            following = next((needed for needed in rest if needed not in seen), None)
            if following is None:
                completed.append(one)
                path.pop()
            else:
                seen.add(following)
                path.append((following, iter(needs.get(following, ()))))
    return completed


def _shortest_cycle(
    start: str, component: set[str], needs: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while start not in came_from:
        one = waiting.popleft()
        for needed in needs[one]:
            if needed in component and needed not in came_from:
                came_from[needed] = one
                waiting.append(needed)
    cycle = [start]
    while came_from[cycle[-1]] != start:
        cycle.append(came_from[cycle[-1]])
    return (start, *reversed(cycle[1:]))
