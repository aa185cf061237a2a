# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node answers is read as data, whatever it is."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigo_bridge.mesh import answer
from vigo_bridge.mesh.answer import (
    Alive,
    Answer,
    Answers,
    Ended,
    Event,
    HostResult,
    Noise,
    ResultFiles,
    SecretsAsked,
    Started,
    read_answer,
)

EVENT = {
    "event": "runner_on_ok",
    "uuid": "1-2",
    "counter": 3,
    "stdout": "ok: [web1]",
    "event_data": {"host": "web1", "res": {"resources": ["long"]}},
}


def lost() -> None:
    raise AssertionError("the answer is not lost")


def read(text: bytes) -> list[Answer]:
    return list(read_answer(io.BytesIO(text)))


def test_an_answer_arrives_as_it_was() -> None:
    output = io.BytesIO()
    answers = Answers(output, lost)
    answers.started()
    answers.event(EVENT)
    answers.result("web1.json", "{}\n\x1b[31m")
    answers.ask(1, ["a/b", "c"])
    answers.end(Ended("error", "last lines", "wrong version"))
    assert read(output.getvalue() + b"ignored\n") == [
        Started(),
        Event({**EVENT, "event_data": {"host": "web1"}}),
        HostResult("web1.json", "{}\n\x1b[31m"),
        SecretsAsked(1, ["a/b", "c"]),
        Ended("error", "last lines", "wrong version"),
    ]


def test_a_node_without_news_is_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "_INTERVAL", 0.01)
    output = io.BytesIO()
    answers = Answers(output, lost)
    with answers.signs_of_life():
        while output.getvalue().count(b"\n") < 2:
            time.sleep(0.01)
    answers.end(Ended("successful"))
    assert read(output.getvalue())[:2] == [Alive(), Alive()]
    assert read(output.getvalue())[-1] == Ended("successful")


def test_results_are_sent_when_they_change(tmp_path: Path) -> None:
    output = io.BytesIO()
    files = ResultFiles(tmp_path, Answers(output, lost))
    files.send("web1")
    (tmp_path / "web1.json").write_text("1")
    (tmp_path / "web%2F2.json").write_text("2")
    files.send("web1")
    files.send("web1")
    files.send_all()
    assert read(output.getvalue()) == [
        HostResult("web1.json", "1"),
        HostResult("web%2F2.json", "2"),
    ]


def test_an_answer_that_nobody_receives() -> None:
    class Closed(io.BytesIO):
        def write(self, _: object) -> int:
            raise BrokenPipeError

    calls: list[str] = []
    answers = Answers(Closed(), lambda: calls.append("lost"))
    answers.started()
    answers.event(EVENT)
    assert calls == ["lost"]


#: what a node may send -> what the controller reads
LINES: dict[bytes, list[Answer]] = {
    b'{"status": "successful"}': [],  # The mark of the end is missing: the node may be lost.
    b'{"status": "successful"}\n{"eof": true}\n': [Ended("successful")],
    b'{"eof": true}\n{"status": "starting"}\n': [],
    b"Last login: today\n": [Noise("Last login: today")],
    b"[1]\n\xff\n": [Noise("[1]"), Noise("\ufffd")],
    b'{"status": "else"}\n': [Noise('{"status": "else"}')],
    b'{"status": ["successful"]}\n': [Noise('{"status": ["successful"]}')],
    b'{"result": {"file": "a"}}\n': [Noise('{"result": {"file": "a"}}')],
    b'{"secrets": {"id": "1", "paths": []}}\n': [Noise('{"secrets": {"id": "1", "paths": []}}')],
    b'{"secrets": {"id": 1, "paths": [2]}}\n': [Noise('{"secrets": {"id": 1, "paths": [2]}}')],
    b"[" * 100_000 + b"\n": [Noise("[" * 100_000)],
}


@pytest.mark.parametrize(("text", "parts"), LINES.items(), ids=range(len(LINES)))
def test_lines_of_a_node(text: bytes, parts: list[Answer]) -> None:
    assert read(text) == parts


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ["status", "result", "file", "content", "secrets", "id", "paths", "event", "eof"]
            ),
            inner,
        )
    ),
)


@given(st.lists(JSON | st.binary()))
def test_anything_can_be_read(lines: list[object]) -> None:
    import json

    text = b"\n".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines
    )
    for part in read(text):
        assert isinstance(part, Answer)
