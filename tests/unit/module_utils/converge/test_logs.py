# SPDX-License-Identifier: GPL-3.0-or-later
"""Which containers' logs a call reads, and where the next call continues."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.converge import engine_addresses, logs
from ansible_collections.vigo.bridge.plugins.module_utils.converge.logs import (
    Found,
    follow_logs,
    packed,
    point_in_time,
    read_logs,
)
from ansible_collections.vigo.bridge.plugins.module_utils.converge.run import stack_of
from ansible_collections.vigo.bridge.plugins.module_utils.engine.address import address
from ansible_collections.vigo.bridge.plugins.module_utils.state import log_readers
from ansible_collections.vigo.bridge.plugins.module_utils.state.owners_file import OwnersFile
from ansible_collections.vigo.bridge.plugins.module_utils.state.state_folder import StateFolder
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs import pages
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.times import SECOND
from ansible_collections.vigo.bridge.plugins.module_utils.types.target import Target
from ansible_collections.vigo.bridge.plugins.plugin_utils.log_page import (
    LogLine,
    LogPage,
    unpacked,
)
from tests.unit.module_utils.types.container.test_logs import LogEngine, Message

_BEGIN = 1_800_000_000 * SECOND
_OURS = {"vigo.bridge.scope": "shop", "vigo.bridge.stack-id": "1"}


class Host:
    """A host with one engine; containers by name."""

    is_podman = False

    def __init__(self) -> None:
        self.containers: dict[str, LogEngine] = {}
        self.labels: dict[str, dict[str, str]] = {}

    def add(self, name: str, *texts: str, **labels: str) -> None:
        messages = [Message(_BEGIN + n, f"{text}\n".encode()) for n, text in enumerate(texts)]
        self.containers[name] = LogEngine(messages=messages)
        self.labels[name] = {
            key.replace("__", ".").replace("_", "-"): value for key, value in labels.items()
        }

    def all_containers(self) -> list[dict[str, Any]]:
        return [
            {"Id": name, "Names": [f"/{name}"], "Labels": labels, "State": "running"}
            for name, labels in self.labels.items()
        ]

    def raw_container(self, name: str) -> dict[str, Any]:
        return self.containers[name].raw_container(name)

    def log(self, name: str, params: Mapping[str, str]) -> Iterator[bytes]:
        return self.containers[name].log(name, params)


@pytest.fixture(autouse=True)
def readers_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Announce readers where no other test removes containers, which would wait for them."""
    monkeypatch.setattr(log_readers, "_folder", lambda: str(tmp_path / "log-readers"))


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    host = Host()
    for name, resource in (("web", "shop/web"), ("db", "data/db"), ("old", "shop/old")):
        host.add(name, f"{name} 0", f"{name} 1")
        host.labels[name] = {**_OURS, "vigo.bridge.resource": resource}
    host.add("foreign", "foreign 0")
    host.labels["foreign"] = {**_OURS, "vigo.bridge.stack-id": "2"}
    host.add("own", "own 0")
    monkeypatch.setattr(logs, "Engine", lambda _address: host)
    monkeypatch.setattr(engine_addresses, "usual_engine_is_there", lambda: True)
    monkeypatch.setattr(pages, "is_proven", lambda *_: True)
    return host


def read(folder: Path, **arguments: Any) -> Found:
    given = {"state_dir": str(folder), **arguments}
    if "containers" not in arguments:
        given.update(scope="shop", stack_id="1")
    return read_logs(given, Target())


def texts(found: Found) -> list[str]:
    return sorted(line.text.decode() for _source, line in found.page.lines)


#: options -> the containers that are read
CHOICES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "all of the stack": ({}, ["db", "old", "web"]),
    "a crate": ({"only": ["shop"]}, ["old", "web"]),
    "a resource": ({"only": ["data/db"]}, ["db"]),
    "a resource that is no longer there": ({"only": ["shop/gone"]}, []),
    "names, of whatever stack": ({"containers": ["foreign", "own"]}, ["foreign", "own"]),
    "an unknown name": ({"containers": ["nothing"]}, []),
}


@pytest.mark.parametrize(("options", "names"), CHOICES.values(), ids=CHOICES)
def test_which_containers(
    options: dict[str, Any], names: list[str], host: Host, tmp_path: Path
) -> None:
    found = read(tmp_path, **options)
    assert sorted({source.name for source, _line in found.page.lines}) == names


def test_which_engines(host: Host, tmp_path: Path) -> None:
    """Also those that have recorded containers of the stack, which may describe them no longer."""
    record = OwnersFile.load(StateFolder(str(tmp_path)))
    for stack_id in ("1", "2"):
        stack = stack_of({"scope": "shop", "stack_id": stack_id})
        record.put("containers", stack_id, stack, "web", "web", f"tcp://host{stack_id}:2375")
    prepared: list[str] = []
    read_logs(
        {"state_dir": str(tmp_path), "scope": "shop", "stack_id": "1"}, Target(), prepared.append
    )
    assert prepared == ["tcp://host1:2375", address("")]


def test_lines_that_are_not_utf_8(host: Host, tmp_path: Path) -> None:
    host.containers["web"].messages = [Message(_BEGIN, b"a\xffb\n")]
    found = read(tmp_path, only=["shop/web"])
    line = LogLine(_BEGIN, "web", "shop/web", "stdout", "a\udcffb")
    page = unpacked(packed(found))
    assert page == LogPage(
        lines=(line,),
        problems={},
        now=found.now,
        complete_until=found.complete_until,
        more=False,
        cursor=found.cursor,
        containers=1,
    )


def test_the_next_call_continues(host: Host, tmp_path: Path) -> None:
    first = read(tmp_path, only=["shop/web"], tail=1)
    assert texts(first) == ["web 1"]
    host.containers["web"].messages.append(Message(_BEGIN + 9, b"web 2\n"))
    second = read(tmp_path, only=["shop/web"], tail=1, cursor=first.cursor)
    assert texts(second) == ["web 2"]
    assert texts(read(tmp_path, only=["shop/web"], cursor=second.cursor)) == []


def test_lines_of_the_last_hour(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: _BEGIN + 1 + 3600 * SECOND)
    assert texts(read(tmp_path, only=["shop/web"], since="1h")) == ["web 1"]


def test_following_waits_for_news(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No result is delivered before, as long as the caller wants to wait."""
    first = read(tmp_path, only=["shop/web"])
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 50:
            host.containers["web"].messages.append(Message(_BEGIN + 9, b"web 2\n"))

    found: list[list[str]] = []

    def deliver(result: Found) -> None:
        found.append(texts(result))
        raise SystemExit

    clock = SimpleNamespace(monotonic=lambda: sum(pauses), sleep=sleep, time_ns=time.time_ns)
    monkeypatch.setattr(logs, "time", clock)
    given = {"state_dir": str(tmp_path), "scope": "shop", "stack_id": "1", "only": ["shop/web"]}
    with pytest.raises(SystemExit):
        follow_logs(
            {**given, "cursor": first.cursor, "wait": 3600},
            Target(),
            lambda _address: None,
            deliver,
        )
    assert found == [["web 2"]]


def test_following(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each result has what is new, over pages, new containers, and times without lines."""
    first = read(tmp_path, only=["shop"], tail=1)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    announced: list[int] = []
    monkeypatch.setattr(log_readers, "announce", lambda _name, arrived: announced.append(arrived))
    found: list[list[str]] = []
    times: list[int] = []

    def deliver(result: Found) -> None:
        found.append(texts(result))
        times.append(result.cursor["looked"])
        if len(found) == 1:
            host.containers["web"].messages += [
                Message(_BEGIN + 9, b"web 2\n"),
                Message(_BEGIN + 10, b"web 3\n"),
            ]
        elif len(found) == 3:
            host.add("web.vigo-new", "new 0")
            host.labels["web.vigo-new"] = {**_OURS, "vigo.bridge.resource": "shop/web"}
        elif len(found) == 4:
            raise SystemExit

    given = {"state_dir": str(tmp_path), "scope": "shop", "stack_id": "1", "only": ["shop"]}
    with pytest.raises(SystemExit):
        follow_logs(
            {**given, "cursor": first.cursor, "wait": 0.01, "limit": 1},
            Target(),
            lambda _address: None,
            deliver,
        )
    assert found == [[], ["web 2"], ["web 3"], ["new 0"]]
    # A run that removes a container may go on only when its lines have arrived.
    assert announced == [first.cursor["looked"], *times[:-1]]
    assert times[1] == 0, "there were more lines"


def test_a_reader_without_news_is_up_to_date(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that removes a container does not wait for lines that do not exist."""
    clock = [100.0]
    announced: list[tuple[float, int]] = []
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "time_ns", lambda: int(clock[0] * SECOND))
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    monkeypatch.setattr(
        log_readers,
        "announce",
        lambda _name, arrived: announced.append((round(clock[0], 1), arrived // SECOND)),
    )
    first = read(tmp_path)
    read(tmp_path, cursor=first.cursor, wait=3)
    assert announced == [(100.0, 100), (101.2, 101), (102.4, 102)]


def test_a_container_that_comes_later_is_read_from_its_beginning(
    host: Host, tmp_path: Path
) -> None:
    first = read(tmp_path, tail=0)
    assert texts(first) == []
    host.add("web.vigo-new", "a", "b", "c")
    host.labels["web.vigo-new"] = {**_OURS, "vigo.bridge.resource": "shop/web"}
    assert texts(read(tmp_path, tail=0, cursor=first.cursor)) == ["a", "b", "c"]


def test_pages(host: Host, tmp_path: Path) -> None:
    found: list[str] = []
    cursor: Any = None
    for number in range(6):
        page = read(tmp_path, limit=1, cursor=cursor)
        found += texts(page)
        assert page.page.more == (number < 5)
        cursor = page.cursor
    assert sorted(found) == ["db 0", "db 1", "old 0", "old 1", "web 0", "web 1"]
    assert texts(read(tmp_path, cursor=cursor)) == []


def test_a_foreign_cursor(host: Host, tmp_path: Path) -> None:
    for cursor in ({"version": 1}, {"version": 0, "engines": {}, "containers": {}}, [1]):
        with pytest.raises(ResourceError, match="not a cursor of this version"):
            read(tmp_path, cursor=cursor)


def test_bad_options(host: Host, tmp_path: Path) -> None:
    for name, value in (("tail", -1), ("since", "soon"), ("grep", "("), ("scope", "\0")):
        with pytest.raises(ResourceError, match=name):
            read_logs({"state_dir": str(tmp_path), "scope": "shop", name: value}, Target())


#: what the user writes -> seconds since 1970; now is 10,000
TIMES: dict[str, float | None] = {
    "": None,
    "10m": 9400,
    "90": 9910,
    "1h30m": 4600,
    "500000h": 0,
    "1970-01-01T01:00:00Z": 3600,
    "1970-01-01T01:00:00+01:00": 0,
    "1970-01-01T01:00:00.25": 3600.25,
    "1970-01-01 01:00": 3600,
    "1970-01-02": 86400,
    "1700000000.5": 1_700_000_000.5,
}


@pytest.mark.parametrize(("written", "seconds"), TIMES.items())
def test_times(written: str, seconds: float | None) -> None:
    expected = None if seconds is None else int(seconds * SECOND)
    assert point_in_time(written, "since", 10_000 * SECOND) == expected


@pytest.mark.parametrize("written", ["x", "-1", "1970-13-01", "10m ago", "2026-01-01T00:00:00+1"])
def test_bad_times(written: str) -> None:
    with pytest.raises(ResourceError, match="is not a time"):
        point_in_time(written, "since", 0)
