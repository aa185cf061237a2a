# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that hosts send are shown, and hosts wait while too many of their lines are not."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.run import log_server
from vigo_bridge.run.log_merge import HostLine
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


def end(host: str, error: str = "", unreachable: bool = False) -> dict[str, Any]:
    return {"host": host, "kind": "end", "error": error, "unreachable": unreachable}


def test_messages_of_many_hosts(tmp_path: Path) -> None:
    hosts, shown = Hosts(["a", "b", "c"], follow=False), Shown()
    viewer = threading.Thread(target=hosts.show, args=[shown])
    viewer.start()
    messages = {
        "a": [page("a", 1, 5, until=5), page("a", 7, until=9), end("a")],
        "b": [page("b", 3, until=9, db="no log"), end("b")],
        "c": [end("c", "no route to host", unreachable=True)],
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
    assert (hosts.errors, hosts.unreachable) == ({"c": "no route to host"}, {"c"})


def test_a_host_that_sends_no_end() -> None:
    hosts, shown = Hosts(["a", "b"], follow=False), Shown()
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
    hosts = Hosts(["a", "b"], follow=True)
    hosts.take(page("a", until=1))
    hosts.take(page("b", 5, until=9))
    hosts.take({"host": "a", "kind": "trouble", "message": trouble})
    ready = hosts._merger.ready(time.monotonic())
    assert [f"{each.host} {each.line.text}" for each in ready] == expected


def test_trouble_is_reported() -> None:
    hosts, shown = Hosts(["a"], follow=True), Shown()
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
    hosts, shown = Hosts(["a"], follow=False), Shown()
    hosts.take(page("a", containers=0))
    hosts.end_all("")
    hosts.show(shown)
    assert shown.texts == []


def test_a_wrong_clock_is_reported_once() -> None:
    hosts, shown = Hosts(["a", "b"], follow=True), Shown()
    now, hour = time.time_ns(), 3600 * 10**9
    for _ in range(2):
        hosts.take({**page("a", until=now), "now": now, "asked": now})
        hosts.take({**page("b", until=now - hour), "now": now - hour, "asked": now})
    hosts.end_all("")
    hosts.show(shown)
    assert shown.texts == [
        "b! its clock is 3600 s behind that of this machine; its lines are sorted as if it were"
        " right, and their times are those of the host"
    ]


def test_a_host_waits_while_its_lines_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_server, "_MOST_WAITING", 2)
    hosts, shown = Hosts(["a", "b"], follow=False), Shown()
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
    hosts = Hosts(["a", "b"], follow=False)
    hosts.take(page("a", 1, until=1))
    sender = threading.Thread(target=hosts.take, args=[page("a", 2, until=2)])
    sender.start()
    hosts.close()
    sender.join(10)
    assert not sender.is_alive()
