# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs are split into lines, and read on without a line lost or repeated."""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.vigo.bridge.plugins.module_utils.common import time_limit
from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Refused
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs import log
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.cursor import (
    Cursor,
    cursor_of,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.frames import (
    LONGEST_LINE,
    lines,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.log import Asked
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.pages import (
    Page,
    Source,
    read_page,
)
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.logs.times import (
    SECOND,
    rfc3339,
    split_time,
)

_BEGIN = 1_800_000_000 * SECOND
_PART = 16 * 1024
_A, _B = "2026-11-29T13:00:00.000000001Z ", "2026-11-29T13:00:00.000000002Z "


def frame(text: str | bytes, stream: int = 1) -> bytes:
    content = text.encode() if isinstance(text, str) else text
    return struct.pack(">BxxxI", stream, len(content)) + content


@dataclass
class Message:
    """What the engine stores: a line, or a part of one without a line break."""

    time: int
    text: bytes
    stream: int = 1


@dataclass
class LogEngine:
    """An engine with the log of one container. first: messages that it has dropped."""

    is_podman: bool = False
    has_terminal: bool = False
    state: str = "running"
    messages: list[Message] = field(default_factory=list)
    first: int = 0
    refusal: Refused | None = None
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def raw_container(self, _id: str) -> dict[str, Any]:
        state = {"Status": self.state, "FinishedAt": "2026-11-29T13:00:00Z"}
        return {"Config": {"Tty": self.has_terminal}, "State": state}

    def log(self, _id: str, params: Mapping[str, str]) -> Iterator[bytes]:
        self.asked.append(params)
        if self.refusal:
            raise self.refusal
        found = self.messages[self.first :]
        if "tail" in params:
            found = found[len(found) - min(len(found), int(params["tail"])) :]
        found = [each for each in found if each.time >= _nanoseconds(params.get("since", "0"))]
        if "until" in params:
            found = [each for each in found if each.time <= _nanoseconds(params["until"])]
        for each in found:
            shown = each.time // SECOND * SECOND if self.is_podman else each.time
            content = f"{rfc3339(shown)} ".encode() + each.text
            yield content if self.has_terminal else frame(content, each.stream)


def _nanoseconds(text: str) -> int:
    whole, _dot, fraction = text.partition(".")
    return int(whole) * SECOND + int(fraction.ljust(9, "0") or 0)


def source(engine: LogEngine, name: str = "web", **more: Any) -> Source:
    is_running = engine.state == "running"
    return Source(engine, name, name, f"w/{name}", is_running, **more)  # type: ignore[arg-type]


def texts(page: Page) -> list[str]:
    return [line.text.decode() for _source, line in page.lines]


#: what the engine sends, whether there is a terminal -> stream and text of each line
SPLIT: dict[str, tuple[bytes, bool, list[tuple[str, str]]]] = {
    "nothing": (b"", False, []),
    "two streams": (
        frame(f"{_A}one\n") + frame(f"{_B}two\n", 2),
        False,
        [("stdout", "one"), ("stderr", "two")],
    ),
    "an empty line": (frame(f"{_A}\n"), False, [("stdout", "")]),
    "a line in parts": (
        frame(f"{_A}{'x' * _PART}") + frame(f"{_B}err\n", 2) + frame(f"{_A}end\n"),
        False,
        [("stderr", "err"), ("stdout", "x" * _PART + "end")],
    ),
    "no line break yet": (frame(f"{_A}prompt>"), False, [("stdout", "prompt>")]),
    "a text like a time": (frame(f"{_A}{_B}x\n"), False, [("stdout", f"{_B}x")]),
    "no time": (frame("plain\n"), False, [("stdout", "plain")]),
    "several lines in a frame": (frame(f"{_A}a\nb\n"), False, [("stdout", "a"), ("stdout", "b")]),
    "an unknown stream": (frame(f"{_A}a\n", 7), False, [("stdout", "a")]),
    "an incomplete frame": (frame(f"{_A}a\n") + frame(f"{_B}b\n")[:-1], False, [("stdout", "a")]),
    "an incomplete header": (frame(f"{_A}a\n") + b"\x01\x00", False, [("stdout", "a")]),
    "an empty frame": (frame("") + frame(f"{_A}a\n"), False, [("stdout", "a")]),
    "a terminal": (
        f"{_A}one\r\n{_B}two\r\n".encode(),
        True,
        [("stdout", "one"), ("stdout", "two")],
    ),
    "a line in parts on a terminal": (
        f"{_A}{'x' * _PART}{_A}{'y' * _PART}{_A}z\r\n".encode(),
        True,
        [("stdout", "x" * _PART + "y" * _PART + "z")],
    ),
}


@pytest.mark.parametrize(("sent", "has_terminal", "expected"), SPLIT.values(), ids=SPLIT)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_splitting(
    sent: bytes, has_terminal: bool, expected: list[tuple[str, str]], size: int
) -> None:
    chunks = [sent[at : at + size] for at in range(0, len(sent), size)]
    found = [(each.stream, each.text.decode()) for each in lines(chunks, has_terminal)]
    assert found == expected


@pytest.mark.parametrize("has_terminal", [False, True])
def test_each_line_has_its_time(has_terminal: bool) -> None:
    """A line without one, as of a program that writes carriage returns, has that before it."""
    parts = [f"{_A}one\n", f"{_B}two\n", "three\n"]
    sent = [part.encode() if has_terminal else frame(part) for part in parts]
    times = [line.time for line in lines(sent, has_terminal)]
    first, second = (split_time(text.encode())[0] for text in (_A, _B))
    assert times == [first, second, second]


@pytest.mark.parametrize("has_terminal", [False, True])
def test_a_very_long_line_is_cut(has_terminal: bool) -> None:
    parts = [_A.encode() + b"x" * _PART] * (3 * LONGEST_LINE // _PART)
    end = [f"{_A}\n".encode(), f"{_B}next\n".encode()]
    sent = (part if has_terminal else frame(part) for part in (*parts, *end))
    long, after = lines(sent, has_terminal)
    assert (long.text, long.is_cut) == (b"x" * LONGEST_LINE, True)
    assert (after.text, after.is_cut) == (b"next", False)


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=40))), st.data())
def test_chunks_of_any_size(written: list[tuple[int, bytes]], data: st.DataObject) -> None:
    kept = [(number, text.replace(b"\n", b"").rstrip(b"\r")) for number, text in written]
    sent = b"".join(frame(_A.encode() + text + b"\n", number) for number, text in kept)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(sent)), max_size=20)))
    edges = [0, *cuts, len(sent)]
    chunks = [sent[begin:end] for begin, end in itertools.pairwise(edges)]
    found = [(each.stream, each.text) for each in lines(filter(None, chunks), False)]
    assert found == [("stdout" if number == 1 else "stderr", text) for number, text in kept]


#: Steps between the times of two lines, in nanoseconds: some are stamped earlier than the last.
_STEPS = st.sampled_from([-300_000_000, -1000, 0, 1, 20_000_000, 700_000_000, 3 * SECOND])
_WRITES = st.lists(st.lists(_STEPS, max_size=12), max_size=6)


def _write(engine: LogEngine, steps: Sequence[int]) -> None:
    latest = max((each.time for each in engine.messages), default=_BEGIN)
    for step in steps:
        text = f"{len(engine.messages)}\n".encode()
        engine.messages.append(Message(latest + step, text, 1 + len(text) % 2))
        latest = max(latest, latest + step)


@given(_WRITES, _WRITES, st.integers(1, 600), st.booleans())
def test_nothing_is_lost_or_repeated(
    one: list[list[int]], other: list[list[int]], budget: int, is_podman: bool
) -> None:
    engines = {"one": LogEngine(is_podman), "other": LogEngine(is_podman)}
    known: dict[str, Any] = {name: Source.as_value(source(engines[name])) for name in engines}
    read: dict[str, list[str]] = {"one": [], "other": []}
    length = max(len(one), len(other))
    for number in range(length + 1):
        for name, writes in (("one", one), ("other", other)):
            _write(engines[name], writes[number] if number < len(writes) else [])
        more = True
        while more:
            found = [source(engine, name) for name, engine in engines.items()]
            for each in found:
                each.know(known[each.name])
            page = read_page(found, Asked(follow=True), budget)
            for each, line in page.lines:
                read[each.name].append(line.text.decode())
            known = {each.name: each.as_value() for each in found}
            more = page.more
    for name, engine in engines.items():
        assert read[name] == [str(number) for number in range(len(engine.messages))]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 1000)), max_size=40))
def test_lines_of_containers_are_merged_by_time(written: list[tuple[str, int]]) -> None:
    engines = {"a": LogEngine(), "b": LogEngine()}
    for name, time in sorted(written, key=lambda item: item[1]):
        engines[name].messages.append(Message(_BEGIN + time, b"x\n"))
    page = read_page([source(engine, name) for name, engine in engines.items()], Asked(), 10**6)
    times = [line.time for _source, line in page.lines]
    assert times == sorted(_BEGIN + time for _name, time in written)


def _numbered(count: int, step: int = SECOND) -> LogEngine:
    messages = [Message(_BEGIN + n * step, f"line {n}\n".encode()) for n in range(count)]
    return LogEngine(messages=messages)


#: which lines are asked for, of ten with a second between -> their numbers
ASKED: dict[str, tuple[dict[str, Any], list[int]]] = {
    "all": ({}, list(range(10))),
    "the last three": ({"tail": 3}, [7, 8, 9]),
    "none": ({"tail": 0}, []),
    "more than there are": ({"tail": 50}, list(range(10))),
    "since": ({"since": _BEGIN + 8 * SECOND}, [8, 9]),
    "until": ({"until": _BEGIN + SECOND}, [0, 1]),
    "between": ({"since": _BEGIN + 4 * SECOND, "until": _BEGIN + 5 * SECOND}, [4, 5]),
    "a pattern": ({"pattern": r"[37]$"}, [3, 7]),
    "the last that match": ({"pattern": r"[357]$", "tail": 2}, [5, 7]),
    "the last of a time": ({"since": _BEGIN + 2 * SECOND, "tail": 1}, [9]),
}


@pytest.mark.parametrize("is_podman", [False, True], ids=["docker", "podman"])
@pytest.mark.parametrize(("asked", "expected"), ASKED.values(), ids=ASKED)
def test_which_lines(asked: dict[str, Any], expected: list[int], is_podman: bool) -> None:
    engine = _numbered(10)
    engine.is_podman = is_podman
    pattern = re.compile(asked["pattern"]) if "pattern" in asked else None
    one = source(engine)
    page = read_page([one], Asked(**{**asked, "pattern": pattern}), 10**6)
    assert texts(page) == [f"line {number}" for number in expected]
    engine.messages.append(Message(_BEGIN + 99 * SECOND, b"later 7\n"))
    later = [] if "until" in asked else ["later 7"]
    assert texts(read_page([one], Asked(**{**asked, "pattern": pattern}), 10**6)) == later


#: pattern -> whether it matches a line that is not UTF-8
OTHER_BYTES = {"caf": True, r"\\xe9$": True, "é": False, r"^caf.$": False}


@pytest.mark.parametrize(("pattern", "expected"), OTHER_BYTES.items())
def test_a_pattern_and_a_line_that_is_not_utf_8(pattern: str, expected: bool) -> None:
    engine = LogEngine(messages=[Message(_BEGIN, b"caf\xe9\n")])
    page = read_page([source(engine)], Asked(pattern=re.compile(pattern)), 10**6)
    assert [line.text for _source, line in page.lines] == ([b"caf\xe9"] if expected else [])


@pytest.mark.parametrize(("most", "expected"), [(100, [5, 6, 7, 8, 9]), (18, [7, 8, 9]), (5, [])])
def test_so_much_is_kept_of_the_last_lines(
    most: int, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_MOST_KEPT", most)
    page = read_page([source(_numbered(10))], Asked(tail=5, pattern=re.compile("line")), 10**6)
    assert texts(page) == [f"line {number}" for number in expected]


def test_an_incomplete_line_is_left_for_later_while_the_container_runs() -> None:
    engine = LogEngine(messages=[Message(_BEGIN, b"prompt>")])
    one = source(engine)
    assert texts(read_page([one], Asked(follow=True), 1000)) == []
    engine.messages.append(Message(_BEGIN, b" answer\n"))
    assert texts(read_page([one], Asked(follow=True), 1000)) == ["prompt> answer"]


def test_an_incomplete_line_of_one_that_has_ended() -> None:
    engine = LogEngine(messages=[Message(_BEGIN, b"panic")], state="exited")
    assert texts(read_page([source(engine)], Asked(follow=True), 1000)) == ["panic"]


def test_one_that_has_ended_is_not_read_again() -> None:
    engine = _numbered(3)
    engine.state = "exited"
    one = source(engine)
    read_page([one], Asked(), 1000)
    read_page([one], Asked(), 1000)
    assert len(engine.asked) == 1


def test_little_of_a_long_log_is_read_again() -> None:
    engine = _numbered(10_000, SECOND // 50)
    one = source(engine)
    read_page([one], Asked(), 10**9)
    engine.messages.append(Message(_BEGIN + 10_000 * SECOND, b"new\n"))
    assert texts(read_page([one], Asked(), 10**6)) == ["new"]
    assert int(engine.asked[-1]["tail"]) < 500
    assert len(engine.asked) == 2


def test_a_log_that_was_rotated_away() -> None:
    engine = _numbered(10)
    one = source(engine)
    read_page([one], Asked(), 10**6)
    engine.first = 10
    engine.messages += [Message(_BEGIN + 60 * SECOND + n, b"new\n") for n in range(3)]
    assert texts(read_page([one], Asked(), 10**6)) == ["new"] * 3


def test_a_log_that_cannot_be_read_is_reported_once() -> None:
    engine = LogEngine(refusal=Refused("configured logging driver does not support reading", 501))
    one, other = source(engine), source(_numbered(1), "other")
    page = read_page([one, other], Asked(), 1000)
    assert page.problems == {"web": "configured logging driver does not support reading"}
    assert texts(page) == ["line 0"]
    assert read_page([one, other], Asked(), 1000).problems == {}


@pytest.mark.parametrize("code", [404, 409])
def test_a_container_that_is_gone_is_no_problem(code: int) -> None:
    engine = LogEngine(refusal=Refused("No such container: web", code))
    assert read_page([source(engine)], Asked(), 1000) == Page()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"1970-01-01T00:00:01.5Z x", (1_500_000_000, b"x")),
        (b"1970-01-01T01:00:00+01:00 x", (0, b"x")),
        (b"1969-12-31T23:30:00-00:30 x", (0, b"x")),
        (b"1970-01-01T00:00:00.000000001Z", (1, b"")),
        (b"1970-13-01T00:00:00Z x", (None, b"1970-13-01T00:00:00Z x")),
        (b"no time", (None, b"no time")),
    ],
)
def test_times(text: bytes, expected: tuple[int | None, bytes]) -> None:
    assert split_time(text) == expected


@pytest.mark.parametrize(
    "value", [None, 3, "abc", [1], [1, 2, 3], [1, 2, -3, 0], [1, 2, "3", 1], {}]
)
def test_not_a_cursor(value: Any) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        cursor_of(value)


def test_a_cursor() -> None:
    assert cursor_of([1, 2, 3, True]) == Cursor(1, 2, 3, is_line=True)


def test_a_pattern_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "LIMIT", 0.1)
    engine = LogEngine(messages=[Message(_BEGIN, b"a" * 60 + b"!\n")])
    with pytest.raises(ResourceError, match="use a simpler regular expression"):
        read_page([source(engine)], Asked(pattern=re.compile("(a+)+$")), 1000)
