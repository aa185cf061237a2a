# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of resources: tables of references, orders and mistakes."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import GraphError, build
from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import Crate, Node
from ansible_collections.vigo.bridge.plugins.module_utils.types.descriptor import (
    Links,
    ProvidedObject,
)
from tests.properties import examples

_NET = (ProvidedObject("network", "", "n"),)
NET, NET_GONE = Links(provides=_NET), Links(provides=_NET, is_absent=True)
USER, USER_GONE = Links(uses=_NET), Links(uses=_NET, is_absent=True)
ORDERS = {
    "order of writing": ([Node("a/1"), Node("a/2")], [], ["a/1", "a/2"]),
    "depends_on": ([Node("a/1", depends_on=("2",)), Node("a/2")], [], ["a/2", "a/1"]),
    "before": ([Node("a/1"), Node("a/2", before=("1",))], [], ["a/2", "a/1"]),
    "another crate's resource by its name": (
        [Node("a/1", depends_on=("2",)), Node("b/2")],
        [],
        ["b/2", "a/1"],
    ),
    "the own crate's resource wins over another's": (
        [Node("a/1", depends_on=("2",)), Node("b/2"), Node("a/2")],
        [],
        ["b/2", "a/2", "a/1"],
    ),
    "crate and name": (
        [Node("a/1", depends_on=("c/2",)), Node("b/2"), Node("c/2")],
        [],
        ["b/2", "c/2", "a/1"],
    ),
    "a whole crate": (
        [Node("a/1", depends_on=("b",)), Node("b/2"), Node("b/3")],
        [],
        ["b/2", "b/3", "a/1"],
    ),
    "a generated name with a slash": (
        [Node("a/1", depends_on=("file:/etc/motd",)), Node("a/file:/etc/motd")],
        [],
        ["a/file:/etc/motd", "a/1"],
    ),
    "crates": (
        [Node("app/1"), Node("redis/2")],
        [Crate("app", ("redis",)), Crate("redis")],
        ["redis/2", "app/1"],
    ),
    "crates across an empty one": (
        [Node("app/1"), Node("redis/2")],
        [Crate("app", ("between",)), Crate("between", ("redis",)), Crate("redis")],
        ["redis/2", "app/1"],
    ),
    "a crate that foreach made several of": (
        [Node("app/1", depends_on=("site",)), Node("site[x]/2"), Node("site[y]/2")],
        [],
        ["site[x]/2", "site[y]/2", "app/1"],
    ),
    "notify inside a crate: source first": (
        [Node("a/run", subscribes=("config",)), Node("a/config", notify=("run",))],
        [],
        ["a/config", "a/run"],
    ),
    "notify across crates gives no order": (
        [Node("a/run"), Node("b/config", notify=("a/run",))],
        [],
        ["a/run", "b/config"],
    ),
    "notify to a gated resource gives no order": (
        [Node("a/reload", gated=True), Node("a/config", notify=("reload",))],
        [],
        ["a/reload", "a/config"],
    ),
    "what is undone, after what needs it": (
        [Node("a/1", reverts=True), Node("a/2", depends_on=("1",))],
        [],
        ["a/2", "a/1"],
    ),
    "all that is undone, in reverse": (
        [
            Node("a/1", reverts=True, before=("2",)),
            Node("a/2", reverts=True, notify=("3",)),
            Node("a/3", reverts=True),
        ],
        [],
        ["a/3", "a/2", "a/1"],
    ),
    "crates of which one is undone": (
        [Node("a/1", reverts=True), Node("b/2"), Node("c/3", reverts=True)],
        [Crate("a"), Crate("b", ("a",)), Crate("c", ("b", "a"))],
        ["b/2", "c/3", "a/1"],
    ),
    "what is undone, in reverse where nothing else says it": (
        [Node("a/1", reverts=True), Node("a/2"), Node("a/3", reverts=True), Node("a/4")],
        [],
        ["a/3", "a/2", "a/1", "a/4"],
    ),
    "what is undone, after what it needs": (
        [Node("a/1", reverts=True, depends_on=("2",)), Node("a/2")],
        [],
        ["a/2", "a/1"],
    ),
    "a network that is undone, after a container that keeps it": (
        [Node("a/1", reverts=True, links=NET_GONE), Node("a/2", links=USER)],
        [],
        ["a/2", "a/1"],
    ),
    "a network and its container that are undone": (
        [
            Node("a/1", reverts=True, links=NET_GONE),
            Node("a/2", reverts=True, links=USER_GONE, depends_on=("1",)),
        ],
        [],
        ["a/2", "a/1"],
    ),
    "a container that is undone, whose network stays": (
        [
            Node("a/1", links=NET),
            Node("a/2", depends_on=("1",)),
            Node("a/3", reverts=True, links=USER_GONE, depends_on=("2",)),
        ],
        [],
        ["a/1", "a/2", "a/3"],
    ),
}


@pytest.mark.parametrize(("nodes", "crates", "order"), ORDERS.values(), ids=ORDERS)
def test_order(nodes: list[Node], crates: list[Crate], order: list[str]) -> None:
    assert list(build(nodes, crates).order) == order


TRIGGERS = {
    "notify": ([Node("a/1", notify=("2",)), Node("a/2")], {"a/1": ("a/2",)}),
    "subscribes": ([Node("a/1"), Node("a/2", subscribes=("1",))], {"a/1": ("a/2",)}),
    "both, said twice": (
        [Node("a/1", notify=("2",)), Node("a/2", subscribes=("1",))],
        {"a/1": ("a/2",)},
    ),
    "a crate as target: its gated resources": (
        [Node("a/1", notify=("b",)), Node("b/2"), Node("b/3", gated=True)],
        {"a/1": ("b/3",)},
    ),
    "a crate as source: any of its resources": (
        [Node("a/1"), Node("a/2"), Node("b/3", subscribes=("a",))],
        {"a/1": ("b/3",), "a/2": ("b/3",)},
    ),
}


@pytest.mark.parametrize(("nodes", "triggers"), TRIGGERS.values(), ids=TRIGGERS)
def test_triggers(nodes: list[Node], triggers: dict[str, tuple[str, ...]]) -> None:
    assert build(nodes).triggers == triggers


MISTAKES = {
    "unknown name": (
        [Node("a/web", depends_on=("redsi",)), Node("a/redis")],
        [],
        "depends_on refers to 'redsi', which is not a resource or crate of this envoy",
        "did you mean 'redis'?",
    ),
    "a name that two other crates have": (
        [Node("a/1", notify=("x",)), Node("b/x"), Node("c/x")],
        [],
        "notify refers to 'x', which exists in several crates: b/x, c/x",
        "write one of them with its crate, such as 'b/x'",
    ),
    "itself": (
        [Node("a/1", depends_on=("1",))],
        [],
        "depends_on refers to the resource itself",
        "remove it",
    ),
    "a crate that waits for nothing": (
        [Node("a/1", notify=("b",)), Node("b/2")],
        [],
        "no resource in crate 'b' waits for a trigger",
        "refer to one of its resources, or add `when: changed` to one",
    ),
    "a crate that is not included": (
        [Node("a/1")],
        [Crate("a", ("b",))],
        "crate 'a' depends on 'b', which this envoy does not include",
        "include it as well",
    ),
    "one id twice": (
        [Node("a/1"), Node("a/1")],
        [],
        "two resources have the id 'a/1'",
        "give each its own name",
    ),
    "a cycle": (
        [
            Node("a/1", depends_on=("2",)),
            Node("a/2", depends_on=("b/3",)),
            Node("b/3", before=("4",)),
            Node("a/4", before=("b/3",)),
        ],
        [],
        "these resources wait for each other: b/3 needs a/4 (before), which needs b/3 (before)",
        "remove one of these",
    ),
    "a cycle with a trigger": (
        [Node("a/1", notify=("2",)), Node("a/2", before=("1",))],
        [],
        "these resources wait for each other: a/1 needs a/2 (before), which needs a/1"
        " (notify or subscribes)",
        "remove one of these",
    ),
    "a cycle of crates": (
        [Node("a/1"), Node("b/2")],
        [Crate("a", ("b",)), Crate("b", ("a",))],
        "these resources wait for each other: a/1 needs b/2 (crate a depends on b), which needs"
        " a/1 (crate b depends on a)",
        "remove one of these",
    ),
}


@pytest.mark.parametrize(
    ("nodes", "crates", "message", "suggestion"), MISTAKES.values(), ids=MISTAKES
)
def test_mistakes(nodes: list[Node], crates: list[Crate], message: str, suggestion: str) -> None:
    with pytest.raises(GraphError) as caught:
        build(nodes, crates)
    assert [(p.message, p.suggestion) for p in caught.value.problems] == [(message, suggestion)]


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(GraphError) as caught:
        build([Node("a/1", depends_on=("x",), notify=("y",)), Node("a/2", before=("z",))])
    assert {problem.value for problem in caught.value.problems} == {"x", "y", "z"}


def test_all_cycles_are_told_at_once() -> None:
    with pytest.raises(GraphError) as caught:
        build(
            [
                Node("a/1", depends_on=("2",)),
                Node("a/2", depends_on=("3",)),
                Node("a/3", depends_on=("1", "2")),
                Node("a/4", depends_on=("5",)),
                Node("a/5", depends_on=("3",)),
                Node("a/6", before=("7",)),
                Node("a/7", before=("6",)),
            ]
        )
    assert [problem.message.partition(": ")[2] for problem in caught.value.problems] == [
        "a/1 needs a/2 (depends_on), which needs a/3 (depends_on), which needs a/1 (depends_on)",
        "a/6 needs a/7 (before), which needs a/6 (before)",
    ]


def test_cycles_come_in_the_order_of_their_first_resources() -> None:
    with pytest.raises(GraphError) as caught:
        build(
            [
                Node("a/1", depends_on=("4",)),
                Node("a/2", depends_on=("3",)),
                Node("a/3", depends_on=("2",)),
                Node("a/4", depends_on=("1",)),
            ]
        )
    found = [(problem.where, problem.attribute) for problem in caught.value.problems]
    assert found == [("a/1", "depends_on"), ("a/2", "depends_on")]


def test_a_long_cycle() -> None:
    """Longer than Python's stack is deep."""
    nodes = [Node(f"a/{n}", depends_on=(str((n + 1) % 5000),)) for n in range(5000)]
    with pytest.raises(GraphError) as caught:
        build(nodes)
    assert caught.value.problems[0].message.count("depends_on") == 5000


numbers = st.integers(0, 11)


@settings(max_examples=examples(40))
@given(st.lists(st.tuples(numbers, numbers, st.sampled_from(["depends_on", "before"]))))
def test_any_graph_is_ordered_or_refused(pairs: list[tuple[int, int, str]]) -> None:
    """Every resource comes after all that it needs, or there really is a cycle."""
    pairs = [pair for pair in pairs if pair[0] != pair[1]]
    references: dict[int, dict[str, Any]] = {
        number: {
            kind: tuple(str(other) for owner, other, k in pairs if owner == number and k == kind)
            for kind in ("depends_on", "before")
        }
        for number in range(12)
    }
    nodes = [Node(f"c/{number}", **references[number]) for number in range(12)]
    needs = [(f"c/{a}", f"c/{b}") if kind == "depends_on" else (f"c/{b}", f"c/{a}")
             for a, b, kind in pairs]  # fmt: skip
    try:
        order = build(nodes).order
    except GraphError as error:
        assert _has_cycle(needs)
        told = [set(re.findall(r"c/[0-9]+", problem.message)) for problem in error.problems]
        # Knots have no resource in common.
        assert all(not one & other for one, other in itertools.combinations(told, 2))
    else:
        assert sorted(order) == sorted(node.id for node in nodes)
        assert all(order.index(needed) < order.index(needer) for needer, needed in needs)


@settings(max_examples=examples(40))
@given(st.lists(st.tuples(numbers, numbers)), st.sets(numbers))
def test_what_is_undone_comes_after_all_that_need_it(
    pairs: list[tuple[int, int]], undone: set[int]
) -> None:
    """Resources that can be applied can be undone: that makes no cycle."""
    needs = {(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]}
    nodes = [
        Node(
            f"c/{number}",
            depends_on=tuple(str(needed) for needer, needed in needs if needer == number),
            reverts=number in undone,
        )
        for number in range(12)
    ]
    order = [int(one.partition("/")[2]) for one in build(nodes).order]
    for needer, needed in needs:
        is_earlier = order.index(needed) < order.index(needer)
        assert is_earlier == (needed not in undone)


def _has_cycle(needs: list[tuple[str, str]]) -> bool:
    remaining = set(needs)
    while True:
        free = {pair for pair in remaining if pair[1] not in {needer for needer, _ in remaining}}
        if not free:
            return bool(remaining)
        remaining -= free
