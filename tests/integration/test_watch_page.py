# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a watched fleet in a real browser, with and without scripts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.test_html_report import luminance
from tests.testbed.browser import Browser, browser
from tests.unit.watch.server.large_fleet import serving

pytestmark = [pytest.mark.integration, pytest.mark.sweep]

#: Set it to a folder to look at the pictures that the tests take.
PICTURES = os.environ.get("VIGO_BRIDGE_PICTURES")
_HOSTS = 200


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Yield the address of a server for a fleet of 200 hosts with some rollouts."""
    with serving(tmp_path_factory.mktemp("history"), _HOSTS) as found:
        yield found


@pytest.fixture(scope="module", params=[True, False], ids=["scripts", "no scripts"])
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with browser(scripts=request.param) as opened:
        yield opened


def roles(page: Browser, *wanted: str) -> list[str]:
    return [name for role, name in page.accessible() if role in wanted]


def test_scripts_run_only_in_one_of_the_browsers(
    chromium: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<h1>before</h1><script>document.querySelector('h1').textContent='after'</script>"
    )
    chromium.open(page)
    expected = "after" if request.node.callspec.params["chromium"] else "before"
    assert roles(chromium, "heading") == [expected]


def test_everything_is_there_for_a_screen_reader(chromium: Browser, url: str) -> None:
    chromium.visit(url)
    headings = roles(chromium, "heading")
    assert headings[0].startswith("shop")
    assert headings[1:] == [
        "Problems of the watcher",
        "The stack has errors",
        "Fleet",
        "Drift and failures",
        "Hosts",
        "History",
    ]
    assert len(roles(chromium, "table")) == 3
    assert len(roles(chromium, "rowheader")) > _HOSTS
    columns = roles(chromium, "columnheader")
    assert {"Host", "Condition", "Drift", "Resource", "Rollout"} <= set(columns)
    assert {"Skip to the content", "status.json"} <= set(roles(chromium, "link"))
    assert chromium.complaints() == []


def test_a_report_is_a_click_away(chromium: Browser, url: str) -> None:
    chromium.visit(f"{url}rollouts/2")
    headings = roles(chromium, "heading")
    assert headings[0].startswith("Rollout 2: watch")
    assert {"Failures", "Hosts"} <= set(headings)
    assert "Back to the fleet" in roles(chromium, "link")
    assert chromium.complaints() == []


def test_the_keyboard_reaches_all_links(url: str) -> None:
    with browser() as chromium:
        chromium.visit(url)
        links = chromium.run("return document.querySelectorAll('a, [tabindex]').length")
        reached = set()
        for _ in range(links):
            chromium.press("Tab")
            reached.add(
                chromium.run(
                    "const e = document.activeElement;"
                    "return (e.getAttribute('href') ?? e.getAttribute('aria-label')) +"
                    " getComputedStyle(e).outlineStyle"
                )
            )
        assert len(reached) == links
        assert all(one.endswith("solid") for one in reached)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "rollouts/2"])
def test_text_can_be_told_from_its_ground(url: str, scheme: str, path: str, tmp_path: Path) -> None:
    """The contrast is at least 4.5 to 1 (WCAG), in every part of the page."""
    with browser() as chromium:
        chromium.scheme(scheme)
        chromium.visit(url + path)
        pairs = chromium.run(
            "const ground = (e) => { for (; e; e = e.parentElement) {"
            "  const c = getComputedStyle(e).backgroundColor;"
            "  if (!/, 0\\)|transparent/.test(c)) return c; } return 'rgb(255, 255, 255)'; };"
            "return [...new Set([...document.body.querySelectorAll('*')]"
            "  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))"
            "  .map(e => getComputedStyle(e).color + '|' + ground(e)))]"
        )
        assert len(pairs) > 5
        for pair in pairs:
            ink, paper = map(luminance, pair.split("|"))
            lighter, darker = max(ink, paper), min(ink, paper)
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, pair
        folder = Path(PICTURES) if PICTURES else tmp_path
        name = f"watch-{scheme}{path.replace('/', '-')}.png"
        chromium.picture(folder / name, width=1200, height=1400)


def test_nothing_of_a_host_is_executed(url: str) -> None:
    with browser() as chromium:
        chromium.visit(url)
        assert "<img src=x onerror" in chromium.run("return document.body.innerText")
        assert chromium.run("return document.images.length + document.scripts.length") == 0
        assert chromium.run("return window.harmed === undefined")


@pytest.mark.parametrize("width", [360, 1200])
def test_it_fits_a_narrow_window(url: str, width: int, tmp_path: Path) -> None:
    """Wide tables scroll by themselves, the page does not."""
    with browser() as chromium:
        chromium.visit(url)
        chromium.picture(tmp_path / "narrow.png", width=width, height=900)
        wider = "return document.documentElement.scrollWidth - window.innerWidth"
        assert chromium.run(wider) <= 0
