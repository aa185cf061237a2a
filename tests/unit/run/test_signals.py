# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ctrl-C, SIGTERM and SIGHUP do outside of a rollout, and a terminal that was closed."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from vigo_bridge.failures import Failure
from vigo_bridge.run.signals import ended_by_signals, handled_by, leave_lost_terminal
from vigo_bridge.run.terminal_program import run_in_terminal

HANDLED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def nothing(number: int, frame: FrameType | None) -> None:
    """Do nothing."""


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in HANDLED}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in HANDLED]


def test_signals_are_handled_in_the_block_only() -> None:
    for number in HANDLED:
        signal.signal(number, signal.SIG_DFL)
    with handled_by(nothing):
        assert handlers() == [nothing] * 3
    assert handlers() == [signal.SIG_DFL] * 3


@pytest.mark.parametrize("ignored", HANDLED)
def test_only_a_hangup_stays_ignored(ignored: signal.Signals) -> None:
    """As under `nohup`."""
    signal.signal(ignored, signal.SIG_IGN)
    before = handlers()
    with handled_by(nothing):
        assert (signal.getsignal(ignored) is signal.SIG_IGN) is (ignored is signal.SIGHUP)
    assert handlers() == before


@pytest.mark.usefixtures("hangups")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_block_and_its_programs(number: signal.Signals) -> None:
    with subprocess.Popen(["sleep", "60"]) as program:
        try:
            with pytest.raises(KeyboardInterrupt), ended_by_signals():
                os.kill(os.getpid(), number)
            assert program.wait(30) == -signal.SIGTERM
        finally:
            program.kill()


def test_a_program_that_ignores_it_is_killed() -> None:
    stubborn = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    with subprocess.Popen(["sh", "-c", stubborn], stdout=subprocess.PIPE) as program:
        assert program.stdout
        assert program.stdout.readline() == b"ready\n"
        try:
            with pytest.raises(KeyboardInterrupt), ended_by_signals():
                os.kill(os.getpid(), signal.SIGTERM)
            assert program.wait(30) == -signal.SIGKILL
        finally:
            program.kill()


def in_child(do: Callable[[], bool]) -> bool:
    """Return what a function returns in a child process."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if do() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def paths() -> list[str]:
    """Return the files of the standard streams; empty where a stream is closed."""
    links = [Path(f"/proc/self/fd/{descriptor}") for descriptor in range(3)]
    return [str(link.readlink()) if link.is_symlink() else "" for link in links]


def test_output_to_a_closed_terminal_is_redirected() -> None:
    def leave() -> bool:
        master, terminal = pty.openpty()
        for descriptor in range(4):
            os.dup2(terminal, descriptor)
        if terminal > 3:
            os.close(terminal)
        os.close(master)
        lost = Path("/proc/self/fd/3").readlink()
        before = len([*Path("/proc/self/fd").iterdir()])
        leave_lost_terminal()
        return (
            paths() == [os.devnull] * 3
            and Path("/proc/self/fd/3").readlink() == lost
            and os.write(1, b"x") == 1
            and os.read(0, 1) == b""
            and len([*Path("/proc/self/fd").iterdir()]) == before
        )

    assert in_child(leave)


def test_output_elsewhere_stays(tmp_path: Path) -> None:
    """To a file, to a terminal that is open, or nowhere."""

    def leave() -> bool:
        _master, terminal = pty.openpty()
        with (tmp_path / "file").open("w") as file:
            os.dup2(file.fileno(), 0)
        os.dup2(terminal, 1)
        os.close(2)
        before = paths()
        leave_lost_terminal()
        return paths() == before and before[0] == f"{tmp_path}/file" and before[2] == ""

    assert in_child(leave)


def test_a_program_with_the_terminal_gets_ctrl_c_alone() -> None:
    """We ignore it meanwhile, and the program does not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert run_in_terminal(["sh", "-c", "kill -INT $PPID; exit 7"]) == 7
    assert run_in_terminal(["sh", "-c", "kill -INT $$; exit 7"]) == -signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_program_that_is_missing() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.raises(Failure) as raised:
        run_in_terminal(["no-such-program", "-v"])
    expected = "no-such-program cannot be started: No such file or directory; install it"
    assert str(raised.value) == expected
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
