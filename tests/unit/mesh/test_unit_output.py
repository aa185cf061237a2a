# SPDX-License-Identifier: GPL-3.0-or-later
"""The output of a unit is read to its end, whatever happens to the streams of Receptor."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.mesh.fake_receptor import ENDS, FAILS, HANGS, FakeReceptor
from vigo_bridge.mesh import unit_output
from vigo_bridge.mesh.answer import Answer, Ended, HostResult, Started
from vigo_bridge.mesh.link import Outcome
from vigo_bridge.mesh.unit_output import UnitOutput

PARTS = [Started(), *(HostResult(f"h{number}.json", "é" * 40) for number in range(3))]
LINES = [
    {"status": "starting"},
    *({"result": {"file": part.file, "content": part.content}} for part in PARTS[1:]),  # type: ignore[attr-defined]
    {"status": "successful", "complaint": "last"},
    {"eof": True},
]
OUTPUT = "".join(json.dumps(line) + "\n" for line in LINES).encode()
UNFINISHED = OUTPUT[: OUTPUT.index(b'{"status": "succ')]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_output, "_TICK", 0.01)
    monkeypatch.setattr(unit_output, "_STALE", 0.02)


def read(receptor: Any) -> tuple[Outcome, list[Answer]]:
    parts: list[Answer] = []
    return UnitOutput(receptor, "n1", "u1").read(parts.append), parts


@given(
    streams=st.lists(
        st.tuples(st.integers(0, len(OUTPUT)), st.sampled_from([ENDS, HANGS, FAILS])), max_size=4
    )
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_is_lost_or_twice(streams: list[tuple[int, str]]) -> None:
    outcome, parts = read(FakeReceptor(OUTPUT, streams))
    assert parts == PARTS
    assert outcome == Outcome(Ended("successful", "last"))


def test_a_stream_is_opened_where_the_last_one_stopped() -> None:
    receptor = FakeReceptor(OUTPUT, [(10, ENDS), (7, HANGS)])
    read(receptor)
    assert receptor.asked == ["results from 0", "results from 10", "results from 17"]


@pytest.mark.parametrize(("text", "never_ran"), [(b"", True), (UNFINISHED, False)])
def test_a_unit_without_output_never_ran(text: bytes, never_ran: bool) -> None:
    receptor: Any = FakeReceptor(text, detail="unknown work type vigo-bridge")
    output = UnitOutput(receptor, "n1", "u1")
    assert output.read(lambda part: None) == Outcome(None, "unknown work type vigo-bridge")
    assert output.never_ran is never_ran


def test_a_unit_that_was_killed() -> None:
    outcome, parts = read(FakeReceptor(UNFINISHED, detail="signal: killed"))
    assert parts == PARTS
    assert outcome == Outcome(None, "signal: killed")


@pytest.mark.parametrize("is_waiting", [False, True])
@pytest.mark.parametrize("has_route", [False, True])
def test_what_is_a_sign_of_life(is_waiting: bool, has_route: bool) -> None:
    """A unit that runs without sending anything is lost, whatever Receptor says."""
    receptor: Any = FakeReceptor(
        UNFINISHED, is_waiting=is_waiting, is_over=False, has_route=has_route
    )
    output = UnitOutput(receptor, "n1", "u1")
    reader = threading.Thread(target=output.read, args=[lambda part: None])
    reader.start()
    time.sleep(1)
    silence = time.monotonic() - output.heard
    output.give_up()
    reader.join(10)
    assert not reader.is_alive()
    assert (silence < 0.5) is (is_waiting and has_route)
    assert len(receptor.asked) < 200, "streams that end at once are opened without a pause"
