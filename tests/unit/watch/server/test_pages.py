# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages as text and data; tests/integration/test_watch_page.py opens them in a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.types.result import Result
from tests.unit.report.large_runs import fleet as large_run
from tests.unit.watch.fleets import HOSTS, TIME, fleet, turn
from vigo_bridge.report.json_report import run_as_data
from vigo_bridge.run.history import History, Record
from vigo_bridge.watch.server.pages import Pages
from vigo_bridge.watch.server.rollout_page import SHOWN, Rollouts
from vigo_bridge.watch.server.snapshot import Recorder
from vigo_bridge.watch.states.differences import Difference
from vigo_bridge.watch.states.model import FleetState, HostState, Problem, ProblemState

FLEET = fleet({"a": "good", "b": "drift", "c": "drift", "d": "failed", "e": "unreachable"}, 7)
EVIL = "<img src=x onerror=alert(1)>\"'&{{ 7 * 7 }}\x1b[2J"


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class Site:
    """The pages of a stack, with a history in a folder."""

    def __init__(self, folder: Path, state: FleetState = FLEET, *, turns: int = 1) -> None:
        self.clock = Clock()
        self.history = History(folder / "history")
        self.recorder = Recorder(state, 300.0, clock=self.clock)
        for _ in range(turns):
            self.recorder.turn_ended(state, (), turn(state.turn))
        self._pages = Pages("/srv/stacks", self.recorder, Rollouts(self.history))

    def get(self, path: str) -> str:
        response = self._pages(*path.split("?")) if "?" in path else self._pages(path, "")
        assert response is not None
        return response.body.decode()

    def status(self, path: str) -> int:
        path, _, query = path.partition("?")
        response = self._pages(path, query)
        return 404 if response is None else int(response.status)

    def headers(self, path: str) -> Mapping[str, str]:
        path, _, query = path.partition("?")
        response = self._pages(path, query)
        assert response is not None
        return response.headers

    def roll_out(self, command: str = "watch", key: str = "key", *, hosts: int = 3) -> Record:
        """Record a rollout that has ended."""
        record = self.history.add(
            hosts, command=command, subject="stacks", key=key, fingerprint="f"
        )
        result = run_as_data(large_run(hosts, 3))
        self.history.write(replace(record, ended=True, result=result))
        return record


class Outline(HTMLParser):
    """The tags of a page: that each is closed, its headings, its links and the cells' scopes."""

    _EMPTY = ("meta", "link", "br", "!doctype")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.scopes: set[str | None] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        found = dict(attrs)
        self.tags.add(tag)
        if tag not in self._EMPTY:
            self.open.append(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(tag)
        if tag == "a":
            self.links.append(found.get("href") or "")
        if tag == "th":
            self.scopes.add(found.get("scope"))

    def handle_endtag(self, tag: str) -> None:
        """Close the last tag."""
        assert self.open.pop() == tag


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_the_page_of_the_fleet(site: Site) -> None:
    page = site.get("/")
    for text in ("shop", "Degraded", "drift: Changed", "Turn 7", "0123abcd", "no route to host"):
        assert text in page
    row = re.search(r'<th scope="row">shop/redis</th>.*?differs.*?</tr>', page, re.S)
    assert row is not None
    assert "b, c" in row[0]
    assert "redis:6" in row[0]
    order = re.findall(r'<tr><th scope="row">([a-e])</th>', page)
    assert order == ["e", "d", "b", "c", "a"]  # the worst first


@pytest.mark.parametrize("path", ["/", "/rollouts/1"])
@pytest.mark.parametrize("state", [FLEET, FleetState()], ids=["fleet", "empty"])
def test_pages_are_whole_and_have_no_script(tmp_path: Path, path: str, state: FleetState) -> None:
    site = Site(tmp_path, state)
    site.roll_out()
    outline = Outline(site.get(path))
    assert outline.open == []
    assert outline.headings[0] == "h1"
    assert "h1" not in outline.headings[1:]
    assert not outline.tags & {"script", "form", "iframe", "style", "img", "base"}
    assert outline.scopes <= {"col", "row"}
    assert {"main", "header", "title"} <= outline.tags
    for link in outline.links:
        assert link.startswith("#") or site.status(link) == 200, link


def test_before_the_first_turn(tmp_path: Path) -> None:
    site = Site(tmp_path, FleetState(), turns=0)
    page = site.get("/")
    assert "No turn has ended since the watcher started." in page
    assert "No hosts yet." in page
    assert "<h1>/srv/stacks " in page
    assert site.status("/healthz") == 200


def hostile() -> FleetState:
    resource = replace(
        HOSTS["drift"].resources[0],
        id=f"c/{EVIL}",
        reason=EVIL,
        differences=(Difference(EVIL, EVIL, EVIL), Difference(EVIL, EVIL, f"{EVIL}2")),
    )
    host = HostState(
        resources=(resource, replace(resource, id="c/two", error=EVIL)),
        message=EVIL,
        unreachable_since=TIME,
        unreachable_message=EVIL,
    )
    return FleetState({EVIL: host}, (ProblemState(Problem.STACK, EVIL, TIME),), 1, EVIL, TIME)


def test_what_hosts_say_is_never_markup(tmp_path: Path) -> None:
    site = Site(tmp_path, hostile())
    record = site.history.add(1, command=EVIL, subject=EVIL, key="key", fingerprint="f")
    data = run_as_data(large_run(10, 3))
    site.history.write(replace(record, ended=True, result=data))
    for path in ("/", "/rollouts/1"):
        page = site.get(path)
        Outline(page)
        assert "<img" not in page
        assert "<script" not in page
        assert "\x1b" not in page
    assert "{{ 7 * 7 }}" in site.get("/")
    document = json.loads(site.get("/status.json"))
    assert EVIL in document["fleet"]["hosts"]
    assert "\x1b" not in site.get("/status.json")


@pytest.mark.parametrize(
    ("query", "seconds"),
    [
        ("", None),
        ("refresh=60", "60"),
        ("refresh=1", "5"),
        ("refresh=99999", "86400"),
        ("refresh=0", None),
        ("refresh=", None),
        ("refresh=-5", None),
        ("refresh=x", None),
        ("refresh=60;url=http://evil.example", None),
        ("refresh=%36%30", "60"),
        ("a=b&refresh=30", "30"),
        ("&" * 1000, None),
    ],
)
def test_a_page_reloads_only_if_asked(site: Site, query: str, seconds: str | None) -> None:
    assert site.headers(f"/?{query}").get("Refresh") == seconds
    assert ("Stop reloading" in site.get(f"/?{query}")) == (seconds is not None)


def test_a_watcher_that_hangs(site: Site) -> None:
    assert (site.status("/healthz"), site.get("/healthz")) == (200, "ok\n")
    site.clock.now = 5000
    assert site.status("/healthz") == 503
    assert site.get("/healthz") == "no turn has ended for 5000 s, since turn 7\n"
    assert "no turn has ended for 5000 s" in site.get("/")
    assert json.loads(site.get("/status.json"))["late"]


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "//",
        "/index.html",
        "/rollouts/",
        "/rollouts/2",
        "/rollouts/1/",
        "/rollouts/../1",
        "/rollouts/٣",
        "/rollouts/99999999999999999999",
        "/templates/fleet.css",
        "/metrics/",
    ],
)
def test_paths_that_do_not_exist(site: Site, path: str) -> None:
    assert site.status(path) == 404


def test_the_history_is_of_this_stack(site: Site) -> None:
    site.roll_out("run")
    site.roll_out("run", "other")
    site.roll_out("restart", "state key")
    page = site.get("/")
    assert re.findall(r'href="/rollouts/(\d+)"', page) == ["3", "1"]
    assert site.status("/rollouts/2") == 404


def test_no_more_than_some_rollouts_are_listed(site: Site) -> None:
    for _ in range(SHOWN + 3):
        site.roll_out(hosts=1)
    assert len(re.findall(r'href="/rollouts/\d+"', site.get("/"))) == SHOWN


def test_a_rollout_that_is_running_has_no_report(site: Site) -> None:
    site.history.add(3, command="run", subject="stacks", key="key", fingerprint="f")
    page = site.get("/")
    assert "Rollout 1" in page
    assert "running" in page
    assert "/rollouts/1" not in page
    assert site.status("/rollouts/1") == 404


def test_a_damaged_rollout_is_left_out(site: Site) -> None:
    record = site.roll_out()
    site.history.write(replace(record, ended=True, result={"envoys": [1], "status": 5}))
    assert "Rollout 1" in site.get("/")
    assert site.status("/rollouts/1") == 404


def test_the_report_of_a_rollout(site: Site) -> None:
    site.roll_out(hosts=20)
    page = site.get("/rollouts/1")
    assert page.count("<details") >= 20
    assert "image webapp:v1 -&gt; webapp:v2" in page
    assert Result("x", "y", "none").action not in re.findall(r"<td>(\w+)</td>", page)


def test_the_status_for_programs(site: Site) -> None:
    document = json.loads(site.get("/status.json"))
    assert document["version"] == 1
    assert (document["stack"], document["source"]) == ("shop", "/srv/stacks")
    assert document["fleet"]["condition"] == "degraded"
    assert document["fleet"]["conditions"] == {
        "converged": 4,
        "no_data": 0,
        "degraded": 1,
        "failed": 0,
    }
    assert document["fleet"]["unreachable"] == 1
    assert document["last_turn"]["turn"] == 7
    assert document["fleet"]["hosts"]["b"]["resources"] == [
        {
            "id": "shop/redis",
            "action": "recreated",
            "reason": "image",
            "differences": [{"field": "image", "old": "redis:6", "new": "redis:7"}],
            "pending": True,
            "repaired": False,
            "turns": 1,
            "error": "",
            "since": TIME,
            "signature": "6",
        }
    ]


def test_the_metrics(site: Site) -> None:
    assert 'vigo_bridge_watch_hosts{condition="degraded"} 1.0' in site.get("/metrics")


def test_a_content_that_is_not_shown_is_named_once(tmp_path: Path) -> None:
    resource = replace(
        HOSTS["drift"].resources[0],
        differences=(Difference("content", "(not shown)", "(not shown)"),),
    )
    hosts = {"web1": replace(HOSTS["drift"], resources=(resource,))}
    page = Site(tmp_path, FleetState(hosts, turn=1)).get("/")
    assert page.count("(not shown)") == 1
    assert "(nothing)" not in page
