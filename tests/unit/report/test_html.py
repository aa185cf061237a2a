# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML page as text; tests/integration/test_html_report.py opens it in a browser."""

from __future__ import annotations

import itertools
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from types import FrameType

import pytest

from tests.unit.report.large_runs import drawing, fleet, page_of
from vigo_bridge.report.clock import Clock
from vigo_bridge.report.html import as_html
from vigo_bridge.report.picture import as_picture
from vigo_bridge.resolve.graph import Drawing


def test_what_hosts_say_is_never_markup() -> None:
    page = page_of(fleet(10, 3), "vigo-bridge run of <stacks>")
    assert len(re.findall("<script", page)) == 2  # the data and our own
    assert "<img" not in page
    assert "&lt;stacks&gt;" in page
    assert "{{ 7 * 7 }}" in page


def test_the_data_reads_back() -> None:
    page = page_of(fleet(10, 3), "run")
    text = re.search(r'id="data">(.*?)</script>', page, re.S)
    assert text is not None
    data = json.loads(text[1])
    assert [host["name"] for host in data["hosts"]][:2] == [
        "web001.app.example.com",
        "web002.app.example.com",
    ]
    assert "<script>window.harmed" in data["hosts"][5]["notes"][0]
    assert data["batches"][0]["span"] == [0, 83.4]
    assert data["hosts"][1]["span"] == [15.01, 40.03]


def test_what_was_not_timed_has_no_bar() -> None:
    """A batch that has not ended, and hosts without a result."""
    page = as_html(fleet(20, 1), "run", Clock())
    text = re.search(r'id="data">(.*?)</script>', page, re.S)
    assert text is not None
    data = json.loads(text[1])
    assert {item["span"] for item in [*data["batches"], *data["hosts"]]} == {None}


def test_nothing_is_fetched() -> None:
    page = page_of(fleet(2, 2), "run", [("*.app.example.com", drawing(2, 3))])
    addresses = set(re.findall(r"https?://[^\"' <]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg"}  # a name, not an address


@pytest.mark.parametrize(("crates", "resources"), [(0, 0), (1, 2), (2, 3), (8, 10)])
def test_pictures_are_whole_and_nothing_overlaps(crates: int, resources: int) -> None:
    picture = as_picture(drawing(crates, resources))
    root = ElementTree.fromstring(picture)
    rectangles = [
        tuple(float(shape.get(key, "0")) for key in ("x", "y", "width", "height"))
        for shape in root.iter("{http://www.w3.org/2000/svg}rect")
        if shape.get("class") == "node"
    ]
    assert len(rectangles) == crates * (resources - 1)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    for number, (x, y, w, h) in enumerate(rectangles):
        assert x + w <= width
        assert y + h <= height
        for other_x, other_y, other_w, other_h in rectangles[:number]:
            apart_x = x >= other_x + other_w or other_x >= x + w
            assert apart_x or y >= other_y + other_h or other_y >= y + h


def test_names_in_pictures_are_escaped() -> None:
    found = drawing(1, 2)
    renamed = type(found)((("a<b", ("a<b/<script>",)),), (), (), (), frozenset())
    assert "<script>" not in as_picture(renamed)


def chain(length: int, crates: int = 1) -> Drawing:
    """Return resources that depend on one another, and crates that do."""
    ids = [f"c{number % crates}/r{number}" for number in range(length)]
    members = [(f"c{one}", tuple(ids[one::crates])) for one in range(crates)]
    order = tuple(itertools.pairwise(ids)) if crates == 1 else ()
    between = tuple(itertools.pairwise(name for name, _ in members))
    return Drawing(tuple(members), between, order, (), frozenset())


def calls(drawing: Drawing) -> int:
    """Return how many functions are called for a picture."""
    count = 0

    def called(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(called)
    try:
        as_picture(drawing)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("crates", [1, 200])
def test_a_picture_twice_as_long_takes_twice_as_many_steps(crates: int) -> None:
    first, second = chain(200, crates), chain(400, crates if crates == 1 else 2 * crates)
    assert calls(second) < 2.5 * calls(first)


def test_crates_in_a_circle_have_places() -> None:
    drawing = Drawing(
        (("a", ("a/x",)), ("b", ("b/x",)), ("c", ("c/x",))),
        (("a", "b"), ("b", "a"), ("b", "c")),
        (),
        (),
        frozenset(),
    )
    lefts = re.findall(r'class="crate" x="(\d+)"', as_picture(drawing))
    assert len(set(lefts)) == 3
