# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the times of the tools as bars, in a small SVG for light and dark pages.

Each bar has its name and its figure, so that colours carry no meaning; they are from the Okabe-Ito
palette, which most colour-blind people can distinguish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from benchmarks.workloads.catalogue import ANSIBLE, PING, PYINFRA, RUN
from benchmarks.workloads.results import Figures, Result

TITLES = {
    "W1": "Nothing to do: {hosts} hosts, 20 resources each",
    "W5": "One file changed, and what it triggers: {hosts} hosts, 20 resources each",
    "W4": "From nothing: {hosts} hosts, 10 resources each",
}
_CLASSES = {RUN.name: "ours", ANSIBLE.name: "ansible", PYINFRA.name: "pyinfra", PING.name: "ping"}

_WIDTH, _LABELS, _FIGURES = 760, 230, 60
_BAR, _ROW, _TITLE, _GAP, _EDGE = 14, 21, 26, 12, 16

_STYLE = """\
svg { --ink: #1a1c20; --paper: #fff; --line: #cfd3da; --ours: #0072b2; --ansible: #d55e00;
  --pyinfra: #e69f00; --ping: #999 }
@media (prefers-color-scheme: dark) { svg { --ink: #e7e9ee; --paper: #15171b; --line: #3a4049;
  --ours: #56b4e9; --ansible: #e0762b; --pyinfra: #f0bd4a; --ping: #8b929c } }
text { fill: var(--ink); font: 13px system-ui, sans-serif } .title { font-weight: 600 }
.name { text-anchor: end } .paper { fill: var(--paper) } .axis { stroke: var(--line) }
.ours { fill: var(--ours) } .ansible { fill: var(--ansible) } .pyinfra { fill: var(--pyinfra) }
.ping { fill: var(--ping) } text.ours { fill: var(--ink); font-weight: 600 }"""


def as_svg(results: Mapping[str, Result]) -> str:
    """Draw W1, W4 and W5, if they were measured; all bars have the same scale."""
    groups = [
        (title.format(hosts=results[workload].cases[0].hosts), results[workload].cases[0])
        for workload, title in TITLES.items()
        if workload in results
    ]
    longest = max((case.median(name) for _, case in groups for name in case.values), default=1.0)
    scale = (_WIDTH - _LABELS - _FIGURES - _EDGE) / longest
    body: list[str] = []
    height = _EDGE
    for title, case in groups:
        body += _group(title, case, height, scale)
        height += _TITLE + _ROW * len(case.values) + _GAP
    text = "Seconds that each tool takes for the same work, less is better"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"'
            ' aria-labelledby="title">',
            f'<title id="title">{text}</title>',
            f"<style>\n{_STYLE}\n</style>",
            f'<rect class="paper" width="{_WIDTH}" height="{height}"/>',
            *body,
            "</svg>\n",
        ]
    )


def _group(title: str, case: Figures, top: float, scale: float) -> Iterator[str]:
    yield f'<text class="title" x="{_EDGE}" y="{top + 14}">{escape(title)}</text>'
    top += _TITLE
    bottom = top + _ROW * len(case.values) - (_ROW - _BAR)
    yield f'<line class="axis" x1="{_LABELS}" y1="{top}" x2="{_LABELS}" y2="{bottom}"/>'
    for number, name in enumerate(_fastest_first(case)):
        yield from _bar(name, case.median(name), top + number * _ROW, scale)


def _fastest_first(case: Figures) -> Sequence[str]:
    return sorted(case.values, key=case.median)


def _bar(name: str, seconds: float, top: float, scale: float) -> Iterator[str]:
    style, length, base = _CLASSES[name], seconds * scale, top + _BAR - 2
    strong = " ours" if style == "ours" else ""
    yield f'<text class="name{strong}" x="{_LABELS - 8}" y="{base}">{escape(name)}</text>'
    yield (
        f'<rect class="{style}" x="{_LABELS}" y="{top}" width="{max(length, 1):.1f}"'
        f' height="{_BAR}" rx="2"/>'
    )
    x = _LABELS + length + 6
    yield f'<text class="figure{strong}" x="{x:.1f}" y="{base}">{seconds:.1f} s</text>'
