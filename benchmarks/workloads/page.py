# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the results to docs/speed.md: the text between two marks, and the picture."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.workloads.chart import TITLES, as_svg
from benchmarks.workloads.results import Result
from benchmarks.workloads.table import as_markdown

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
DOCS = Path(__file__).parents[2] / "docs"
_PICTURE = "pictures/speed.svg"


def write(results: Mapping[str, Result], docs: Path = DOCS) -> None:
    """Write table and chart; the other text of the page stays.

    Raises:
        ValueError: a mark is missing, or the page shows a workload that has no results here.
    """
    page = docs / "speed.md"
    page.write_text(with_results(page.read_text(encoding="utf-8"), results), encoding="utf-8")
    if _has_picture(results):
        (docs / _PICTURE).write_text(as_svg(results), encoding="utf-8")


def with_results(page: str, results: Mapping[str, Result]) -> str:
    """Return the page's text with other results.

    Raises:
        ValueError: a mark is missing, or the page shows a workload that has no results here.
    """
    before, begin, rest = page.partition(BEGIN)
    measured, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no {BEGIN} with {END} after it")
    shown = sorted(set(re.findall(r"^\| (W\d+) \|", measured, re.M)), key=_number)
    if lost := [workload for workload in shown if workload not in results]:
        raise ValueError(
            f"no results of {', '.join(lost)}, which the page shows: measure them too, or remove"
            " their rows from the page"
        )
    picture = f"![The time that each tool takes]({_PICTURE})\n\n" if _has_picture(results) else ""
    return f"{before}{BEGIN}\n\n{picture}{as_markdown(results)}\n\n{END}{after}"


def _number(workload: str) -> int:
    return int(workload[1:])


def _has_picture(results: Mapping[str, Result]) -> bool:
    return any(workload in results for workload in TITLES)
