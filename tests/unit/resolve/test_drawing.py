# SPDX-License-Identifier: GPL-3.0-or-later
"""Which edges of a graph are drawn."""

from __future__ import annotations

from ansible_collections.vigo.bridge.plugins.module_utils.converge.references import Crate, Node
from vigo_bridge.resolve.graph import draw

CRATES = [Crate("a"), Crate("b", ("a",))]


def test_an_edge_that_a_resource_asks_for_is_drawn_beside_that_of_its_crates() -> None:
    nodes = [Node("a/x"), Node("a/y"), Node("b/z", depends_on=("x",))]
    drawing = draw(nodes, CRATES)
    assert drawing.crate_order == (("a", "b"),)
    assert drawing.order == (("a/x", "b/z"),)


def test_before_counts_like_depends_on() -> None:
    drawing = draw([Node("a/x", before=("z",)), Node("b/z")], CRATES)
    assert drawing.order == (("a/x", "b/z"),)


def test_a_trigger_inside_a_crate_orders_too() -> None:
    drawing = draw([Node("a/x", notify=("y",)), Node("a/y")], [Crate("a")])
    assert (drawing.order, drawing.triggers) == ((("a/x", "a/y"),), (("a/x", "a/y"),))


def test_crates_without_resources_are_not_drawn() -> None:
    drawing = draw([Node("b/z")], CRATES)
    assert (drawing.crates, drawing.crate_order) == ((("b", ("b/z",)),), ())
