# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes end with the program."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from vigo_bridge.run import processes
from vigo_bridge.run.processes import (
    ask_to_end,
    children,
    descendants,
    end,
    interrupt_children,
    kill_descendants,
    set_apart,
)


@contextmanager
def running(*command: str | Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in a session of its own, until the end of the block."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, start_new_session=True, **options
    ) as program:
        try:
            yield program
        finally:
            with suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)


def has_ended(program: subprocess.Popen[bytes]) -> bool:
    """Return whether the program and all that it has started end soon."""
    assert program.stdout
    return bool(select.select([program.stdout], [], [], 30)[0]) and program.stdout.read() == b""


def name_of(process: int) -> str:
    return Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()


def test_a_child_that_is_set_apart_is_left_alone() -> None:
    with running("sleep", "600") as ours, running("sh", "-c", "sleep 600 & wait") as apart:
        with set_apart(apart.pid):
            assert ours.pid in descendants()
            assert apart.pid not in descendants()
            interrupt_children()
            assert ours.wait(30) < 0
            assert apart.poll() is None
        assert apart.pid in descendants()


def test_all_descendants() -> None:
    """Also those of children, whichever thread has started them."""
    found: list[list[int]] = []
    with running("sleep", "600") as first, running("sh", "-c", "sleep 600; true") as second:
        while not children(second.pid):
            time.sleep(0.01)
        (below,) = children(second.pid)
        other = threading.Thread(target=lambda: found.append(descendants()))
        other.start()
        other.join()
        assert found == [[first.pid, second.pid, below]]
    assert children(first.pid) == []


def test_the_whole_group_of_a_child_is_interrupted() -> None:
    with running("sh", "-c", "sleep 600; true") as program:
        # Before it is `sleep`, a signal may be lost.
        while [name_of(child) for child in children(program.pid)] != ["sleep"]:
            time.sleep(0.01)
        interrupt_children()
        assert has_ended(program)


#: what is done -> the signal
SIGNALLED: dict[str, tuple[Callable[[], None], signal.Signals]] = {
    "some are asked to end": (lambda: ask_to_end([11, 12]), signal.SIGTERM),
    "all are killed": (kill_descendants, signal.SIGKILL),
    "children are interrupted": (interrupt_children, signal.SIGINT),
}


@pytest.mark.parametrize("error", [ProcessLookupError, PermissionError])
@pytest.mark.parametrize(("do", "number"), SIGNALLED.values(), ids=SIGNALLED)
def test_one_that_cannot_be_signalled_does_not_protect_others(
    do: Callable[[], None],
    number: signal.Signals,
    error: type[OSError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may have ended in the meantime, or belong to another user."""
    signalled: list[tuple[int, signal.Signals]] = []

    def kill(process: int, number: signal.Signals) -> None:
        signalled.append((process, number))
        if process == 11:
            raise error

    def listed(process: int) -> list[int]:
        return [11, 12] if process == os.getpid() else []

    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.setattr(os, "getpgid", lambda process: 1)
    monkeypatch.setattr(processes, "children", listed)
    do()
    assert signalled == [(11, number), (12, number)]


def test_a_program_may_end_by_itself() -> None:
    tidy = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done"
    with running("sh", "-c", tidy) as program:
        assert program.stdout
        assert program.stdout.readline() == b"ready\n"
        ask_to_end([program.pid])
        end([program.pid], 30)
        assert program.wait(30) == 7


def test_one_that_has_ended_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if nobody has asked for its exit status."""
    if not (child := os.fork()):
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", pytest.fail)
        end([child], 60)
    os.waitpid(child, 0)


#: the name of a program that looks like another state of its process
NAMES = ["sleep", "a) Z (b", "a b"]


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_a_program_does_not_matter(name: str, tmp_path: Path) -> None:
    sleep = shutil.which("sleep")
    assert sleep
    (tmp_path / name).symlink_to(sleep)
    with running(tmp_path / name, "600") as program:
        end([program.pid], 0.05)
        assert program.wait(30) == -signal.SIGKILL


def test_what_a_session_leaves_behind_is_killed() -> None:
    with running("sh", "-c", "sleep 600 &") as leader:
        leader.wait(30)
        end([leader.pid], 0.05)
        assert has_ended(leader)
