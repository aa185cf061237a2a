# SPDX-License-Identifier: GPL-3.0-or-later
"""A call that returns several results ends when its caller does, or asks for nothing any more."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.delivery.live_call import LEFT

ROOT = Path(__file__).parents[4]
#: Gives numbers. Between two results, it does what the second argument says.
CODE = """\
import sys, time
from ansible_collections.vigo.bridge.plugins.module_utils.delivery import live_call
from ansible_collections.vigo.bridge.plugins.module_utils.host import caller_watch
caller_watch.end_with_caller()
live_call._PATIENCE = int(sys.argv[1])
caller = live_call.LiveCaller({"abc": True})
for number in range(100):
    caller.give({"number": number, "text": "x" * int(sys.argv[3])})
    while sys.argv[2] == "pause":
        caller_watch.leave_if_gone()
        time.sleep(0.01)
"""


@contextmanager
def running(
    patience: int = 60, between: str = "", size: int = 1
) -> Iterator[subprocess.Popen[str]]:
    words = [sys.executable, "-c", CODE, str(patience), between, str(size)]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def result(process: subprocess.Popen[str]) -> dict[str, object]:
    assert process.stdout
    found: dict[str, object] = json.loads(process.stdout.readline())
    return found


def say(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdin
    process.stdin.write(text)
    process.stdin.flush()


def test_each_result_is_requested() -> None:
    with running() as process:
        for number in range(100):
            found = result(process)
            assert found["number"] == number
            assert found["invocation"] == {"module_args": {"_call": {"abc": True}}}
            say(process, "\n")
        assert process.wait(60) == 0


def test_it_ends_with_its_input() -> None:
    with running() as process:
        result(process)
        process.stdin.close()  # type: ignore[union-attr]
        assert process.wait(60) == LEFT


@pytest.mark.parametrize("text", ["", "x"])
def test_it_ends_between_results(text: str) -> None:
    """With its input, and with input that was not requested."""
    with running(between="pause") as process:
        result(process)
        say(process, "\n")
        if text:
            say(process, text)
        else:
            process.stdin.close()  # type: ignore[union-attr]
        assert process.wait(60) == 128 + signal.SIGHUP


def test_another_request() -> None:
    with running() as process:
        result(process)
        say(process, "x")
        assert process.wait(60) == LEFT


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_nobody_requests_the_next_one(size: int) -> None:
    """Also where nobody reads: the output is full then."""
    with running(patience=1, size=size) as process:
        assert process.wait(60) == LEFT


def test_nothing_limits_the_time_between_results() -> None:
    with running(patience=1, between="pause") as process:
        result(process)
        say(process, "\n")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)
