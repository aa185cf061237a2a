# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands in containers that end in a way of their own, or do not end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.common.errors import ResourceError
from ansible_collections.vigo.bridge.plugins.module_utils.engine.connection import Refused
from ansible_collections.vigo.bridge.plugins.module_utils.secrets.references import Secrets
from ansible_collections.vigo.bridge.plugins.module_utils.types.container import execution
from ansible_collections.vigo.bridge.plugins.module_utils.types.container.execution import (
    Command,
    Ran,
    execute,
)

WEB = SimpleNamespace(id="c1", name="web", status="running", is_up=True, started_at="1")
COMMAND = Command(("echo", "secret:a/b"), timeout=5.0)
SECRETS = Secrets({"a/b": "hunter22"})


class Scripted:
    """An engine in which a command prints something and has these states afterwards."""

    def __init__(self, *states: Any, after: Any = WEB, prints: Any = ((1, b"out"),)) -> None:
        self.bodies: list[Any] = []
        self._states = iter(states)
        self._after = after
        self._prints = prints

    def make_command(self, container: str, body: Any) -> str:
        self.bodies.append((container, body))
        return "x1"

    def start_command(self, number: str, given: bytes) -> Iterator[tuple[int, bytes]]:
        assert number == "x1"
        for part in self._prints:
            if isinstance(part, BaseException):
                raise part
            yield part

    def command(self, number: str) -> Any:
        state = next(self._states)
        if isinstance(state, Exception):
            raise state
        return state

    def container(self, number: str) -> Any:
        assert number == "c1"
        return self._after


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Let the time go on by 4 s with each look at it, and by what is slept."""
    now = [0.0]

    def look() -> float:
        now[0] += 4
        return now[0]

    monkeypatch.setattr(time, "monotonic", look)
    monkeypatch.setattr(time, "sleep", lambda s: now.__setitem__(0, now[0] + s))
    return now


def ran(engine: Scripted, command: Command = COMMAND, container: Any = WEB) -> Ran:
    return execute(cast(Any, engine), container, command, SECRETS)


ENDED, BUSY = {"Running": False, "ExitCode": 0}, {"Running": True, "ExitCode": None}
GONE = Refused("no such exec", 404)
WHILE = "while the command was running"

#: the states of the command, the container afterwards -> the exit code and the problem
ENDS: dict[str, tuple[list[Any], Any, int | None, str]] = {
    "success": ([ENDED], WEB, 0, ""),
    "success, a moment later": ([BUSY, ENDED], WEB, 0, ""),
    "failure": ([{**ENDED, "ExitCode": 3}], WEB, 3, "the command failed with exit code 3"),
    "not found": (
        [{**ENDED, "ExitCode": 127}],
        WEB,
        127,
        "exit code 127: the command was not found",
    ),
    "not started": (
        [{**ENDED, "ExitCode": 126}],
        *(WEB, 126, "exit code 126: the command cannot be started"),
    ),
    "no exit code": (
        [BUSY, BUSY, BUSY, BUSY],
        *(WEB, None, "the engine does not report the exit code of the command"),
    ),
    "it is gone": ([GONE], WEB, None, "the engine does not report the exit code of the command"),
    "the container was removed": ([GONE], None, None, f"container web was removed {WHILE}"),
    "the container was stopped": (
        [{**ENDED, "ExitCode": 137}],
        SimpleNamespace(is_up=False, status="exited"),
        *(137, f"container web was stopped (exited) {WHILE}"),
    ),
    "the container was restarted": (
        [{**ENDED, "ExitCode": 137}],
        SimpleNamespace(is_up=True, started_at="2"),
        *(137, f"container web was restarted {WHILE}"),
    ),
}


@pytest.mark.parametrize(("states", "after", "rc", "problem"), ENDS.values(), ids=ENDS)
def test_ends(states: list[Any], after: Any, rc: int | None, problem: str) -> None:
    engine = Scripted(*states, after=after, prints=[(1, b"out"), (2, b"err hunter22")])
    assert ran(engine, replace(COMMAND, timeout=0)) == Ran(rc, "out", "err ********", problem)


def test_another_error_of_the_engine() -> None:
    with pytest.raises(Refused, match="broken"):
        ran(Scripted(Refused("broken", 500)))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("paused", "container web is paused; start it first"),
        ("exited", "container web is not running (exited); start it first"),
    ],
)
def test_a_container_that_does_not_run(status: str, message: str) -> None:
    container = SimpleNamespace(name="web", is_up=False, status=status)
    with pytest.raises(ResourceError) as raised:
        ran(Scripted(), container=container)
    assert raised.value.message == message


#: the command -> what the engine gets besides the words
BODIES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"given": b"x"}, {"AttachStdin": True}),
    ({"user": "1"}, {"User": "1"}),
    ({"folder": "/srv"}, {"WorkingDir": "/srv"}),
    ({"env": {"A": "secret:a/b", "B": "c"}}, {"Env": ["A=hunter22", "B=c"]}),
]


@pytest.mark.parametrize(("given", "more"), BODIES)
def test_the_request(given: dict[str, Any], more: dict[str, Any]) -> None:
    engine = Scripted(ENDED)
    ran(engine, replace(COMMAND, **given))
    plain = {"AttachStdin": False, "AttachStdout": True, "AttachStderr": True, "Tty": False}
    assert engine.bodies == [("c1", {"Cmd": ["echo", "hunter22"], **plain, **more})]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as found:
        yield found
        found.kill()


TOO_LONG = "the command did not end within 5 s"
ELSEWHERE = f"{TOO_LONG}; it may still be running in the container; increase the timeout"
KILLED = f"{TOO_LONG} and was killed; increase the timeout"


@pytest.mark.parametrize("is_of_container", [True, False])
def test_a_command_that_does_not_end(
    is_of_container: bool,
    process: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only a process of this machine in the container's control group is killed."""
    group = "0::/docker/c1" if is_of_container else "0::/docker/other"
    opened: list[str] = []

    def open_(path: str, **_: Any) -> Any:
        opened.append(path)
        return memory(group)

    monkeypatch.setattr(execution, "open", open_, raising=False)
    engine = Scripted(
        {"Running": True, "Pid": process.pid}, prints=[(1, b"a"), (1, b"b"), (1, b"c")]
    )
    assert ran(engine) == Ran(None, "ab", "", KILLED if is_of_container else ELSEWHERE)
    assert opened == [f"/proc/{process.pid}/cgroup"]
    if is_of_container:
        assert process.wait(30) == -signal.SIGKILL
    else:
        assert process.poll() is None


#: the state of a command that took too long -> the problem
LATE: dict[str, tuple[Any, str]] = {
    "it has ended by now": ({"Running": False}, KILLED),
    "its process is unknown": ({"Running": True, "Pid": None}, ELSEWHERE),
    "the engine does not know it": (GONE, ELSEWHERE),
    "it has process 1": ({"Running": True, "Pid": 1}, ELSEWHERE),
}


@pytest.mark.parametrize(("state", "problem"), LATE.values(), ids=LATE)
def test_a_command_that_cannot_be_killed(
    state: Any, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution, "open", lambda *_, **__: memory("c1"), raising=False)
    monkeypatch.setattr(os, "kill", None)
    engine = Scripted(state, prints=[(1, b"a"), (1, b"b")])
    assert ran(engine) == Ran(None, "ab", "", problem)


def test_an_interruption_kills_the_command(process: subprocess.Popen[bytes]) -> None:
    """Every control group contains an empty ID."""
    engine = Scripted({"Running": True, "Pid": process.pid}, prints=[KeyboardInterrupt()])
    container = SimpleNamespace(**{**vars(WEB), "id": ""})
    with pytest.raises(KeyboardInterrupt):
        ran(engine, container=container)
    assert process.wait(30) == -signal.SIGKILL


def memory(text: str) -> Any:
    read, write = os.pipe()
    os.write(write, text.encode())
    os.close(write)
    return os.fdopen(read, encoding="utf-8")


@pytest.mark.parametrize(
    ("containers", "limit"), [(0, 8 << 20), (1, 8 << 20), (2, 4 << 20), (1000, 64 << 10)]
)
def test_how_much_output_is_kept(containers: int, limit: int) -> None:
    assert execution.output_limit(containers) == limit
