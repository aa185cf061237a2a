# SPDX-License-Identifier: GPL-3.0-or-later
"""Unknown and ambiguous references: each problem with its position and its advice."""

from __future__ import annotations

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.converge.graph import GraphError, build
from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import (
    Crate,
    Node,
    Problem,
)

#: what it is -> resources -> crates -> the problems
PROBLEMS: dict[str, tuple[list[Node], list[Crate], list[Problem]]] = {
    "nothing is like it": (
        [Node("a/1", notify=("elsewhere",))],
        [],
        [
            Problem(
                "notify refers to 'elsewhere', which is not a resource or crate of this envoy",
                "a/1",
                "notify",
                "elsewhere",
                "correct the name, or include the crate that defines it",
            )
        ],
    ),
    "two crates have it": (
        [Node("a/1", before=("x",)), Node("b/x"), Node("c/x")],
        [],
        [
            Problem(
                "before refers to 'x', which exists in several crates: b/x, c/x",
                "a/1",
                "before",
                "x",
                "write one of them with its crate, such as 'b/x'",
            )
        ],
    ),
    "the resource itself": (
        [Node("a/1", before=("1",))],
        [],
        [Problem("before refers to the resource itself", "a/1", "before", "1", "remove it")],
    ),
    "a crate that nothing waits in": (
        [Node("a/1", notify=("b",)), Node("b/2")],
        [],
        [
            Problem(
                "no resource in crate 'b' waits for a trigger",
                "a/1",
                "notify",
                "b",
                "refer to one of its resources, or add `when: changed` to one",
            )
        ],
    ),
    "crates that are not included, also behind an empty one": (
        [Node("a/1"), Node("c/1")],
        [Crate("a", ("bb", "b", "d")), Crate("b", ("cc",)), Crate("c"), Crate("d", ("e",))],
        [
            Problem(
                "crate 'a' depends on 'bb', which this envoy does not include",
                "a",
                "depends_on",
                "bb",
                "did you mean 'b'?",
            ),
            Problem(
                "crate 'b' depends on 'cc', which this envoy does not include",
                "b",
                "depends_on",
                "cc",
                "did you mean 'c'?",
            ),
            Problem(
                "crate 'd' depends on 'e', which this envoy does not include",
                "d",
                "depends_on",
                "e",
                "include it as well",
            ),
        ],
    ),
    "a crate that depends on itself": (
        [Node("a/1")],
        [Crate("a", ("a",))],
        [
            Problem(
                "crate 'a' depends on itself",
                "a",
                "depends_on",
                "a",
                "remove one of these dependencies",
            )
        ],
    ),
}


@pytest.mark.parametrize(("nodes", "crates", "problems"), PROBLEMS.values(), ids=PROBLEMS)
def test_problems(nodes: list[Node], crates: list[Crate], problems: list[Problem]) -> None:
    with pytest.raises(GraphError) as raised:
        build(nodes, crates)
    found = list(dict.fromkeys(raised.value.problems))
    assert [problem for problem in found if problem in problems] == problems
    assert {problem.where for problem in found} == {problem.where for problem in problems}


def test_only_gated_resources_wait_for_triggers() -> None:
    assert build([Node("a/1", gated=True), Node("a/2")]).gated == {"a/1"}
