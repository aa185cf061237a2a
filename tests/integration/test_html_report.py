# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML report in a real browser."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_fleet import LocalFleet
from tests.testbed.browser import Browser, browser
from tests.unit.report.large_runs import drawing, fleet, page_of

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

#: Set it to a folder to look at the pictures that the tests take.
PICTURES = os.environ.get("VIGO_BRIDGE_PICTURES")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def large(chromium: Browser, tmp_path: Path) -> Browser:
    """Return a page of 200 hosts with 50 resources each, just opened."""
    page = tmp_path / "report.html"
    graphs = [("*.app.example.com", drawing(8, 10)), ("db", drawing(2, 3))]
    page.write_text(page_of(fleet(200, 50), "vigo-bridge run of stacks", graphs), encoding="utf-8")
    chromium.open(page)
    return chromium


def hosts(page: Browser) -> int:
    found: int = page.run("return document.querySelectorAll('details.host').length")
    return found


def search(page: Browser, text: str) -> str:
    """Type into the search box, and return the result that the page shows."""
    page.run(
        "const box = document.getElementById('search'); box.value = arguments[0];"
        "box.dispatchEvent(new Event('input'))",
        text,
    )
    said: str = page.run(
        "const found = document.getElementById('found');"
        "return new Promise(go => setTimeout(() => go(found.textContent), 400))"
    )
    return said


def test_a_large_fleet_is_usable(large: Browser) -> None:
    assert hosts(large) == 200
    assert search(large, "web003.app") == "1 of 200 hosts"
    assert search(large, "webapp:v2") == "80 of 200 hosts"
    shown = large.run("return document.querySelector('details.host tbody')?.innerText ?? ''")
    assert search(large, "web002.app") == "1 of 200 hosts"
    assert large.run("return document.querySelector('details.host').open")
    assert search(large, "nothing like that") == "0 of 200 hosts"
    assert shown == ""  # eighty hosts stay closed, until one is opened
    assert large.complaints() == []


def test_one_of_anything_is_singular(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(page_of(fleet(1, 1), "run"), encoding="utf-8")
    chromium.open(page)
    assert search(chromium, "") == "1 of 1 host"
    text = chromium.run("return document.body.innerText")
    assert re.search(r"[01] of 1 resource\b", text)
    assert "batch 1: 1 host" in text


def test_statuses_are_filters(large: Browser) -> None:
    large.run("document.querySelector('button[data-status=unreachable]').click()")
    assert hosts(large) == 20
    large.run("document.querySelector('button[data-status=unreachable]').click()")
    assert hosts(large) == 200


def test_the_timeline_has_a_line_for_each_host(large: Browser) -> None:
    large.run("document.querySelectorAll('.batch').forEach(batch => batch.open = true)")
    heights = large.run(
        "const rows = [...document.querySelectorAll('.row')];"
        "return rows.map(row => row.getBoundingClientRect().height)"
    )
    assert len(heights) == 200 + 20  # a line for each batch, too
    assert max(heights) < 40  # pixels: name, bar and time side by side


def test_the_timeline_goes_by_the_clock(large: Browser) -> None:
    """Each host is within its batch, and a batch begins where the one before it ended."""
    large.run("document.querySelectorAll('.batch').forEach(batch => batch.open = true)")
    batches = large.run(
        "const edges = bar => { const box = bar.getBoundingClientRect();"
        "                       return [box.left, box.right]; };"
        "return [...document.querySelectorAll('.batch')].map("
        "  batch => [...batch.querySelectorAll('.bar')].map(edges))"
    )
    assert [len(bars) for bars in batches] == [11] * 20
    for (start, end), *hosts in batches:
        assert all(start <= left < right <= end + 1 for left, right in hosts)
    for (whole, *_), (following, *_) in itertools.pairwise(batches):
        assert abs(whole[1] - following[0]) < 4  # pixels: short bars are drawn a little longer


def test_a_real_rollout_is_timed(tmp_path: Path) -> None:
    fleet = LocalFleet(tmp_path, [], count=4)
    page = tmp_path / "report.html"
    finished = fleet.run("--batch-size", "2", "--health-check", "sleep 1", "--report", str(page))
    assert finished.status == 0, finished.err
    found = re.search(r'id="data">(.*?)</script>', page.read_text(), re.S)
    assert found is not None
    data = json.loads(found[1])
    spans = {host["name"]: host["span"] for host in data["hosts"]}
    assert [batch["hosts"] for batch in data["batches"]] == [["h1", "h2"], ["h3", "h4"]]
    now = 0.0
    for batch in data["batches"]:
        start, end = batch["span"]
        assert now <= start
        for host in batch["hosts"]:
            begun, done = spans[host]
            assert start <= begun < done <= end - 1  # the check's second comes after them
        now = end
    assert now <= data["duration"] + 0.1 + data["batches"][0]["span"][0]


def test_a_host_shows_its_resources(large: Browser) -> None:
    search(large, "web002.app")
    text = large.run("return document.querySelector('details.host').innerText")
    assert "image webapp:v1 -> webapp:v2" in text
    assert "-image: webapp:v1" in text
    assert text.count("crate") == 1  # what changed, alone
    large.run("document.getElementById('everything').click()")
    text = large.run("return document.querySelector('details.host').innerText")
    assert text.count("crate") == 50


def test_a_host_shows_what_went_back(large: Browser) -> None:
    assert search(large, "web004.app") == "1 of 200 hosts"
    text = large.run("return document.querySelector('details.host').innerText")
    assert "rolling back failed: 1 of 2 resources failed" in text
    assert "run `vigo-bridge rollout undo`" in text
    _, _, back = text.partition("Back to what it was before:")
    assert "the former container was restored" in back
    assert "app/migrate" in back
    assert large.run("return window.harmed === undefined")
    assert search(large, "former container") == "20 of 200 hosts"
    search(large, "web002.app")
    assert "Back to" not in large.run("return document.querySelector('details.host').innerText")


def test_nothing_of_a_host_is_executed(large: Browser) -> None:
    search(large, "web006.app")
    text = large.run("return document.querySelector('details.host').innerText")
    assert "<img src=x" in text
    assert large.run("return document.querySelectorAll('img').length") == 0
    assert large.run("return window.harmed === undefined")
    assert large.complaints() == []


def test_it_prints(large: Browser) -> None:
    search(large, "web00")
    assert large.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark(large: Browser, scheme: str, tmp_path: Path) -> None:
    """The two differ, and text can be told from its ground in both (WCAG: 4.5 to 1)."""
    large.scheme(scheme)
    ink, paper = large.run(
        "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    )
    assert (luminance(paper) > 0.5) == (scheme == "light")
    lighter, darker = sorted((luminance(ink), luminance(paper)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) > 4.5
    folder = Path(PICTURES) if PICTURES else tmp_path
    for name, script in (
        ("top", "window.scrollTo(0, 0)"),
        ("timeline", "document.getElementById('timeline').scrollIntoView()"),
        ("hosts", "document.querySelector('.tools').scrollIntoView()"),
        ("graph", "document.querySelector('.graph').scrollIntoView()"),
    ):
        if name == "timeline":
            large.run(
                "[...document.querySelectorAll('.batch')].slice(0, 3).forEach(b => b.open = true)"
            )
        if name == "hosts":
            search(large, "web00")
        large.run(script)
        large.picture(folder / f"report-{scheme}-{name}.png")


def luminance(colour: Any) -> float:
    """Return the luminance of `rgb(1, 2, 3)`, relative, from 0 to 1."""
    numbers = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in numbers]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
