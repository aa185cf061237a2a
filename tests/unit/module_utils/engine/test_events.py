# SPDX-License-Identifier: GPL-3.0-or-later
"""The stream of an engine's events: one for all who wait, opened again when it has ended."""

from __future__ import annotations

import queue
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.engine.events import ContainerExit, Events
from tests.matrix.parts import CORES
from tests.matrix.pythons import find_python
from tests.unit.collection.module_sources import ROOT

#: Longer than any test: who waits so long has missed the event.
LONG = 300.0

PROGRAM = f"""
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.vigo.bridge.plugins.module_utils.engine.events import Events
actor = {{"ID": "a", "Attributes": {{"exitCode": 3}}}}
events = Events(lambda: [{{"Action": "die", "Actor": actor}}])
events.listen()
events.wait("a", {LONG})
print(events.last_exit("a").exit_code)
events.leave()
"""


class Stream:
    """Events as a test puts them in."""

    def __init__(self) -> None:
        self.closed = False
        self._queue: queue.Queue[Any] = queue.Queue()

    def put(self, action: str, container: str, **attributes: str) -> None:
        self._queue.put({"Action": action, "Actor": {"ID": container, "Attributes": attributes}})

    def close(self) -> None:
        self.closed = True
        self._queue.put(None)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._queue.get, None)


@pytest.fixture
def streams() -> list[Stream]:
    return []


@pytest.fixture
def events(streams: list[Stream]) -> Events:
    def open_stream() -> Stream:
        streams.append(Stream())
        return streams[-1]

    return Events(open_stream)


def test_one_stream_wakes_all_who_wait(events: Events, streams: list[Stream]) -> None:
    events.listen()
    events.listen()
    (stream,) = streams
    stream.put("health_status: healthy", "a")
    stream.put("die", "b", exitCode="3")
    events.wait("a", LONG)
    events.wait("b", LONG)
    assert (events.last_exit("a"), events.last_exit("b")) == (None, ContainerExit(3))
    events.leave()
    assert not stream.closed
    events.leave()
    assert stream.closed


def test_what_has_happened_before_the_wait_ends_it(events: Events, streams: list[Stream]) -> None:
    events.listen()
    streams[0].put("oom", "a")
    streams[0].put("die", "a", exitCode="137")
    streams[0].put("start", "b")
    events.wait("b", LONG)
    events.wait("a", LONG)
    assert events.last_exit("a") == ContainerExit(137, out_of_memory=True)


def test_what_says_nothing_wakes_nobody(events: Events, streams: list[Stream]) -> None:
    events.listen()
    streams[0].put("exec_start: redis-cli ping", "a")
    streams[0].put("start", "b")
    events.wait("b", LONG)
    events.wait("a", 0.0)
    assert "a" not in events._changed


def test_podmans_words(events: Events, streams: list[Stream]) -> None:
    events.listen()
    streams[0].put("died", "a", containerExitCode="4")
    events.wait("a", LONG)
    assert events.last_exit("a") == ContainerExit(4)


def test_a_stream_that_ended_is_opened_again_by_the_next_one(
    events: Events, streams: list[Stream]
) -> None:
    events.listen()
    reader = events._reader
    assert reader is not None
    streams[0].close()
    reader._thread.join()
    events.listen()
    assert len(streams) == 2
    streams[1].put("die", "a")
    events.wait("a", LONG)


def test_an_engine_without_events_lets_one_wait(streams: list[Stream]) -> None:
    def refuse() -> Stream:
        raise OSError("no events")

    events = Events(refuse)
    events.listen()
    events.wait("a", 0.01)
    events.leave()


@pytest.mark.parametrize("version", CORES["2.19"][1])
def test_every_python_of_targets(version: str) -> None:
    """Names of ours must not replace those that a class of one version alone has."""
    interpreter = find_python(version)
    if interpreter is None:
        pytest.skip(f"no Python {version} on the PATH or in pyenv")
    program = [interpreter, "-I", "-c", PROGRAM, str(ROOT)]
    finished = subprocess.run(program, capture_output=True, text=True, check=False)
    assert finished.stdout == "3\n", finished.stderr
