# SPDX-License-Identifier: GPL-3.0-or-later
"""Each comes after all that it needs, otherwise in the given order; cycles are left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common.topological_order import (
    topological_order,
)

#: The ids as given, what comes before what, and the order.
CASES = [
    ("", "", ""),
    ("cab", "", "cab"),
    ("abc", "a<b b<c", "abc"),
    ("cba", "a<b b<c", "abc"),
    ("abcd", "d<a", "bcda"),
    ("abcd", "c<a c<b", "cabd"),
    ("abc", "c<a c<a", "bca"),
    # a cycle, and what comes after it
    ("ab", "a<b b<a", ""),
    ("abcd", "b<c c<b c<d", "a"),
    ("a", "a<a", ""),
]


def _edges(text: str) -> list[tuple[str, str]]:
    return [(edge[0], edge[2]) for edge in text.split()]


@pytest.mark.parametrize(("ids", "edges", "order"), CASES)
def test_order(ids: str, edges: str, order: str) -> None:
    assert topological_order(list(ids), _edges(edges)) == list(order)


_IDS = [f"n{number}" for number in range(12)]
_PAIRS = st.lists(st.tuples(st.sampled_from(_IDS), st.sampled_from(_IDS)), max_size=40)


@given(_PAIRS)
def test_each_takes_the_first_place_that_its_edges_allow(edges: list[tuple[str, str]]) -> None:
    expected: list[str] = []
    while True:
        free = [
            one
            for one in _IDS
            if one not in expected
            and all(before in expected for before, after in edges if after == one)
        ]
        if not free:
            break
        expected.append(free[0])

    assert topological_order(_IDS, edges) == expected
