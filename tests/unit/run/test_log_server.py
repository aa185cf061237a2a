# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that hosts send are shown, and hosts wait while too many of their lines are not."""

from __future__ import annotations

import json
import queue
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vigo_bridge.run import log_merge, log_server
from vigo_bridge.run.log_merge import LONGEST_AGE, HostLine
from vigo_bridge.run.log_server import Hosts, received_logs


class Shown:
    """What was shown, in order."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def lines(self, lines: Sequence[HostLine]) -> None:
        self.texts += [f"{each.host} {each.line.text}" for each in lines]

    def problem(self, host: str, message: str) -> None:
        self.texts.append(f"{host}! {message}")

    def note(self, message: str) -> None:
        self.texts.append(f"note: {message}")


def page(
    host: str, *times: int, until: int = 0, containers: int = 1, **problems: str
) -> dict[str, Any]:
    lines = [[time, "web", "w/web", "stdout", str(time), False] for time in times]
    content = {"lines": lines, "problems": problems, "now": 0, "complete_until": until, "asked": 0}
    return {"host": host, "kind": "page", "containers": containers, **content}


def end(host: str, error: str = "") -> dict[str, Any]:
    return {"host": host, "kind": "end", "error": error}


def test_messages_of_many_hosts(tmp_path: Path) -> None:
    hosts, shown = Hosts(["a", "b", "c"], follow=False, empty=""), Shown()
    viewer = threading.Thread(target=hosts.show, args=[shown])
    viewer.start()
    messages = {
        "a": [page("a", 1, 5, until=5), page("a", 7, until=9), end("a")],
        "b": [page("b", 3, until=9, db="no log"), end("b")],
        "c": [end("c", "no route to host")],
    }
    with received_logs(hosts, tmp_path / "logs.sock") as path:
        for sent in messages.values():
            with socket.socket(socket.AF_UNIX) as connection:
                connection.connect(str(path))
                for message in sent:
                    connection.sendall(json.dumps(message).encode() + b"\n")
    hosts.end_all("Ansible failed")
    viewer.join(10)
    assert [text for text in shown.texts if "!" not in text] == ["a 1", "b 3", "a 5", "a 7"]
    assert "b! cannot read the log of db: no log" in shown.texts
    assert "c! no route to host" in shown.texts
    assert hosts.errors == {"c": "no route to host"}


def test_a_host_that_sends_no_end() -> None:
    hosts, shown = Hosts(["a", "b"], follow=False, empty=""), Shown()
    hosts.take(page("a", 1, until=2))
    hosts.take(end("a"))
    hosts.end_all("Ansible failed")
    hosts.show(shown)
    assert hosts.errors == {"b": "Ansible failed"}
    assert shown.texts == ["b! Ansible failed", "a 1"]


#: whether a host has trouble that lasts -> the lines that are shown of the others
SUSPENDED = [("gone", ["b 5"]), ("", [])]


@pytest.mark.parametrize(("trouble", "expected"), SUSPENDED)
def test_a_host_in_trouble_is_not_waited_for(trouble: str, expected: list[str]) -> None:
    hosts = Hosts(["a", "b"], follow=True, empty="")
    hosts.take(page("a", until=1))
    hosts.take(page("b", 5, until=9))
    hosts.take({"host": "a", "kind": "trouble", "message": trouble})
    ready = hosts._merger.ready(time.monotonic())
    assert [f"{each.host} {each.line.text}" for each in ready] == expected


@pytest.mark.parametrize("follow", [True, False])
def test_followed_lines_are_not_kept_back(follow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    now = SimpleNamespace(monotonic=lambda: clock[0], time_ns=lambda: 0)
    monkeypatch.setattr(log_server, "time", now)
    hosts = Hosts(["a", "b"], follow, empty="")
    hosts.take(page("a", until=1))
    hosts.take(page("b", 5, until=9))
    clock[0] += LONGEST_AGE
    ready = hosts._merger.ready(clock[0])
    assert [each.line.text for each in ready] == (["5"] if follow else [])


def test_trouble_is_reported() -> None:
    hosts, shown = Hosts(["a"], follow=True, empty=""), Shown()
    for message in ("gone", ""):
        hosts.take({"host": "a", "kind": "trouble", "message": message})
    hosts.end_all("")
    hosts.show(shown)
    assert shown.texts == ["a! cannot be read, trying again: gone", "a! can be read again"]


#: what hosts send -> whether there is a note that there are no containers
EMPTY: dict[str, tuple[list[dict[str, Any]], bool]] = {
    "no containers": ([page("a", containers=0), page("b", containers=0)], True),
    "on one host": ([page("a", containers=0), page("b")], False),
    "later": ([page("a", containers=0), page("a"), page("b", containers=0)], False),
    "several answers": ([page("a", containers=0)] * 2 + [page("b", containers=0)] * 3, True),
    "no answer": ([page("a", containers=0)], False),
    "a failed host": ([page("a", containers=0), end("b", "no route to host")], False),
}


@pytest.mark.parametrize(("messages", "is_empty"), EMPTY.values(), ids=EMPTY)
def test_no_containers(messages: list[dict[str, Any]], is_empty: bool) -> None:
    hosts, shown = Hosts(["a", "b"], follow=False, empty="nothing there"), Shown()
    for message in messages:
        hosts.take(message)
    hosts.end_all("")
    hosts.show(shown)
    assert shown.texts.count("note: nothing there") == is_empty


def test_no_containers_without_a_note() -> None:
    hosts, shown = Hosts(["a"], follow=False, empty=""), Shown()
    hosts.take(page("a", containers=0))
    hosts.end_all("")
    hosts.show(shown)
    assert shown.texts == []


def test_a_wrong_clock_is_reported_once() -> None:
    hosts, shown = Hosts(["a", "b", "c"], follow=True, empty=""), Shown()
    wrong = {"a": 0, "b": -3600, "c": 3600}
    for _ in range(2):
        for host, seconds in wrong.items():
            asked = time.time_ns()
            now = asked + seconds * 10**9
            hosts.take({**page(host, until=now), "now": now, "asked": asked})
    hosts.end_all("")
    hosts.show(shown)
    assert shown.texts == [
        f"{host}! its clock is 3600 s {how} that of this machine; its lines are sorted as if it"
        " were right, and their times are those of the host"
        for host, how in (("b", "behind"), ("c", "ahead of"))
    ]


#: how much a clock is behind at each answer, in nanoseconds -> whether it is reported
DELAYS: list[tuple[list[int], bool]] = [
    ([2 * 10**9], False),
    ([2 * 10**9 + 1], True),
    ([2 * 10**9, 2 * 10**9 + 1], True),
]


@pytest.mark.parametrize(("delays", "is_reported"), DELAYS)
def test_a_clock_may_be_wrong_by_two_seconds(delays: list[int], is_reported: bool) -> None:
    hosts = Hosts(["a"], follow=True, empty="")
    now = time.time_ns() - 10**10
    for delay in delays:
        hosts.take({**page("a"), "now": now, "asked": now + delay})
    assert [message.split(";")[0] for _host, message in hosts._problems] == (
        ["its clock is 2 s behind that of this machine"] if is_reported else []
    )


class Live:
    """A viewer whose texts can be awaited."""

    def __init__(self) -> None:
        self._texts: queue.SimpleQueue[str] = queue.SimpleQueue()

    def lines(self, lines: Sequence[HostLine]) -> None:
        self._texts.put(" ".join(each.line.text for each in lines))

    def problem(self, host: str, message: str) -> None:
        self._texts.put(f"{host}! {message}")

    def note(self, message: str) -> None:
        self._texts.put(f"note: {message}")

    def next(self) -> str:
        return self._texts.get(timeout=30)


def test_everything_is_shown_when_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a line that waits for others, without further news."""
    monkeypatch.setattr(log_merge, "LONGEST_AGE", 0.05)
    hosts, live = Hosts(["a", "b"], follow=True, empty="nothing there"), Live()
    viewer = threading.Thread(target=hosts.show, args=[live], daemon=True)
    viewer.start()
    try:
        for host in ("a", "b"):
            hosts.take(page(host, until=1, containers=0))
        assert live.next() == "note: nothing there"
        hosts.take({"host": "a", "kind": "note", "message": "an old engine"})
        assert live.next() == "a! an old engine"
        hosts.take(page("a", 1, until=1))
        assert live.next() == "1"
        hosts.take(page("a", 5, 6, until=9))
        assert live.next() == "5 6"
        hosts.take(page("b", until=9, db="no log"))
        assert live.next() == "b! cannot read the log of db: no log"
    finally:
        hosts.end_all("")
        viewer.join(30)


def test_a_host_waits_while_its_lines_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_server, "_MOST_WAITING", 2)
    hosts, shown = Hosts(["a", "b"], follow=False, empty=""), Shown()
    hosts.take(page("a", 1, 2, 3, until=3))
    sender = threading.Thread(target=hosts.take, args=[page("a", 4, until=4)])
    sender.start()
    sender.join(0.2)
    assert sender.is_alive()
    viewer = threading.Thread(target=hosts.show, args=[shown])
    viewer.start()
    hosts.take(end("b"))
    sender.join(10)
    assert not sender.is_alive()
    hosts.take(end("a"))
    hosts.end_all("")
    viewer.join(10)
    assert shown.texts == ["a 1", "a 2", "a 3", "a 4"]


def test_nobody_waits_after_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_server, "_MOST_WAITING", 0)
    hosts = Hosts(["a", "b"], follow=False, empty="")
    hosts.take(page("a", 1, until=1))
    sender = threading.Thread(target=hosts.take, args=[page("a", 2, until=2)])
    sender.start()
    hosts.close()
    sender.join(10)
    assert not sender.is_alive()
