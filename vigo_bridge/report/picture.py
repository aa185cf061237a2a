# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws a resource graph as SVG for the HTML report.

Crates are boxes in columns, from left to right in their order; inside, each resource is to the
right of its dependencies in the same crate. Shapes and dashes carry the meaning. The colours, blue
and orange, only repeat that, and are safe for colour-blind readers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ansible_collections.vigo.bridge.plugins.module_utils.common.topological_order import (
    topological_order,
)
from vigo_bridge.resolve.graph import Drawing

_ROW, _HEIGHT = 34, 24
_PADDING, _TITLE = 12, 22
_COLUMN_GAP, _BOX_GAP, _INNER_GAP = 64, 18, 44
_CHARACTER = 6.7
_WIDEST = 44

_STYLE = """\
svg.resources{font:12px system-ui,sans-serif;background:#fff}
.resources .crate{fill:#f6f7f9;stroke:#8a8f98;stroke-width:1}
.resources .title{fill:#444;font-weight:600}
.resources .node{fill:#fff;stroke:#0072b2;stroke-width:1.5}
.resources .gated{stroke:#d55e00;stroke-width:2}
.resources text{fill:#111}
.resources .edge{fill:none;stroke:#555;stroke-width:1.3}
.resources .crates{stroke-width:3}
.resources .trigger{stroke:#d55e00;stroke-dasharray:5 4;stroke-width:1.6}
"""


@dataclass(frozen=True)
class _Place:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> tuple[float, float]:
        return self.x, self.y + self.height / 2

    @property
    def right(self) -> tuple[float, float]:
        return self.x + self.width, self.y + self.height / 2


def as_picture(drawing: Drawing) -> str:
    """Return the SVG. IDs and names are escaped; every node has its full name as a title."""
    nodes, boxes = _layout(drawing)
    width = max((box.x + box.width for box in boxes.values()), default=0) + _PADDING
    height = max((box.y + box.height for box in boxes.values()), default=0) + _PADDING
    lines = [
        f'<svg class="resources" xmlns="http://www.w3.org/2000/svg" role="img"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">',
        f"<title>Resources and their order</title><style>{_STYLE}</style>",
        _arrowheads(),
        *(_box(name, box) for name, box in boxes.items()),
        *_edges(drawing, nodes, boxes),
        *(_node(id, place, id in drawing.gated) for id, place in nodes.items()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _layout(drawing: Drawing) -> tuple[dict[str, _Place], dict[str, _Place]]:
    """Return the places of resources and crates."""
    members = dict(drawing.crates)
    home = {id: name for name, ids in drawing.crates for id in ids}
    pairs = [*drawing.order, *drawing.triggers]
    between = [(home[a], home[b]) for a, b in pairs if home[a] != home[b]]
    columns = _levels(list(members), [*drawing.crate_order, *between])
    inner: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for before, after in pairs:
        if home[before] == home[after]:
            inner[home[before]].append((before, after))
    nodes: dict[str, _Place] = {}
    boxes: dict[str, _Place] = {}
    x = float(_PADDING)
    for column in _by_level({name: columns[name] for name in members}):
        y = float(_PADDING)
        widest = 0.0
        for name in column:
            placed, width, height = _inside(members[name], inner[name], x, y)
            width = max(width, len(name) * _CHARACTER + 2 * _PADDING)
            nodes.update(placed)
            boxes[name] = _Place(x, y, width, height)
            y += height + _BOX_GAP
            widest = max(widest, width)
        x += widest + _COLUMN_GAP
    return nodes, boxes


def _inside(
    ids: Sequence[str], pairs: Sequence[tuple[str, str]], left: float, top: float
) -> tuple[dict[str, _Place], float, float]:
    """Return the resources of one crate in columns of their own, and the size of the box."""
    levels = _levels(list(ids), pairs)
    places: dict[str, _Place] = {}
    x = left + _PADDING
    tallest = 0
    for here in _by_level({id: levels[id] for id in ids}):
        width = max(len(_label(id)) for id in here) * _CHARACTER + 22
        for row, id in enumerate(here):
            places[id] = _Place(x, top + _TITLE + _PADDING / 2 + row * _ROW, width, _HEIGHT)
        x += width + _INNER_GAP
        tallest = max(tallest, len(here))
    return places, x - _INNER_GAP + _PADDING - left, _TITLE + _PADDING + tallest * _ROW


def _levels(names: Sequence[str], pairs: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return, for each name, the length of the longest chain of names before it, sorted so that
    predecessors come first.
    """
    before: dict[str, set[str]] = {name: set() for name in names}
    for first, second in pairs:
        if first in before and second in before and first != second:
            before[second].add(first)
    levels: dict[str, int] = {}
    # The names of a cycle follow in the order given.
    for name in dict.fromkeys(
        [*topological_order(names, ((a, b) for b in names for a in before[b])), *names]
    ):
        earlier = (levels[other] + 1 for other in before[name] if other in levels)
        levels[name] = max(earlier, default=0)
    return levels


def _by_level(levels: Mapping[str, int]) -> list[list[str]]:
    """Return the names of each level, in the order of the mapping."""
    found: list[list[str]] = [[] for _ in range(max(levels.values(), default=-1) + 1)]
    for name, level in levels.items():
        found[level].append(name)
    return found


def _arrowheads() -> str:
    heads = (("arrow", "#555"), ("trigger-arrow", "#d55e00"))
    markers = (
        f'<marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        f' markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/>'
        "</marker>"
        for name, colour in heads
    )
    return f"<defs>{''.join(markers)}</defs>"


def _box(name: str, box: _Place) -> str:
    return (
        f'<rect class="crate" x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}"'
        f' height="{box.height:.0f}" rx="8"/>'
        f'<text class="title" x="{box.x + _PADDING:.0f}" y="{box.y + 16:.0f}">{_text(name)}</text>'
    )


def _node(id: str, place: _Place, gated: bool) -> str:
    x, y, width, height = place.x, place.y, place.width, place.height
    if gated:
        right, middle = x + width, y + height / 2
        points = f"{x:.0f},{middle:.0f} {x + 9:.0f},{y:.0f} {right - 9:.0f},{y:.0f}"
        points += f" {right:.0f},{middle:.0f} {right - 9:.0f},{y + height:.0f}"
        points += f" {x + 9:.0f},{y + height:.0f}"
        shape = f'<polygon class="node gated" points="{points}"/>'
    else:
        shape = (
            f'<rect class="node" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}"'
            f' height="{height:.0f}" rx="3"/>'
        )
    text = f'<text x="{x + 11:.0f}" y="{y + 16:.0f}">{_text(_label(id))}</text>'
    return f"<g><title>{_text(id)}</title>{shape}{text}</g>"


def _label(id: str) -> str:
    """Return a resource's name without its crate's; a long name is shortened in the middle."""
    name = id.partition("/")[2] or id
    if len(name) <= _WIDEST:
        return name
    return f"{name[: _WIDEST // 2]}…{name[-_WIDEST // 2 + 1 :]}"


def _edges(
    drawing: Drawing, nodes: Mapping[str, _Place], boxes: Mapping[str, _Place]
) -> Iterator[str]:
    for before, after in drawing.crate_order:
        yield _curve(boxes[before].right, boxes[after].left, "edge crates", "arrow")
    for before, after in drawing.order:
        yield _curve(nodes[before].right, nodes[after].left, "edge", "arrow")
    for source, target in drawing.triggers:
        yield _curve(nodes[source].right, nodes[target].left, "edge trigger", "trigger-arrow")


def _curve(start: tuple[float, float], end: tuple[float, float], style: str, head: str) -> str:
    (x, y), (to_x, to_y) = start, end
    bend = max(24.0, abs(to_x - x) / 2)
    path = f"M{x:.0f} {y:.0f}C{x + bend:.0f} {y:.0f} {to_x - bend:.0f} {to_y:.0f}"
    return f'<path class="{style}" marker-end="url(#{head})" d="{path} {to_x:.0f} {to_y:.0f}"/>'


def _text(text: str) -> str:
    return escape("".join(c if c.isprintable() else " " for c in text))
