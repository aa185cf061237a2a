# Copyright: (c) 2026, The vigo-bridge developers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sorts the nodes of a directed graph so that each comes after all that it needs."""

from __future__ import annotations

import heapq
from typing import Iterable, Sequence


def topological_order(ids: Sequence[str], edges: Iterable[tuple[str, str]]) -> list[str]:
    """Return the ids in topological order, ties in the given order.

    edges: pairs of ids, the first one before the second. The result does not have the ids in a
    cycle, and those that come after a cycle.
    """
    place = {one: number for number, one in enumerate(ids)}
    waiting = dict.fromkeys(ids, 0)
    followers: dict[str, list[str]] = {one: [] for one in ids}
    for before, after in edges:
        waiting[after] += 1
        followers[before].append(after)
    ready = [place[one] for one in ids if not waiting[one]]
    order = []
    while ready:
        one = ids[heapq.heappop(ready)]
        order.append(one)
        for follower in followers[one]:
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, place[follower])
    return order
