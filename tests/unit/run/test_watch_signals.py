# SPDX-License-Identifier: GPL-3.0-or-later
"""What ends the wait between two turns of a watcher."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from vigo_bridge.run.watch_signals import WatchSignals

pytestmark = pytest.mark.usefixtures("hangups")

CUT = "Stopping immediately."
FINISHING = "Interrupted: finishing the current batch. Press Ctrl-C again to stop immediately."
FINISHING_AGAIN = FINISHING.replace("Press Ctrl-C again", "Send the signal again")
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1)


def test_a_wait_ends_by_itself() -> None:
    with WatchSignals(lambda text: None) as signals:
        signals.wait_until(time.monotonic() + 0.05)
        signals.wait_until(time.monotonic() - 5)
        assert not signals.stop.asked
        assert not signals.take_request()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_ends_a_wait(number: signal.Signals) -> None:
    with WatchSignals(lambda text: None) as signals:
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        signals.wait_until(time.monotonic() + 600)
        is_request = number is signal.SIGUSR1
        assert (signals.stop.asked, signals.take_request()) == (not is_request, is_request)
        assert not signals.take_request()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_before_a_wait_counts(number: signal.Signals) -> None:
    with WatchSignals(lambda text: None) as signals:
        os.kill(os.getpid(), number)
        signals.wait_until(time.monotonic() + 600)
        assert signals.stop.asked or signals.take_request()


def test_a_child_that_ends_does_not_end_a_wait() -> None:
    with WatchSignals(lambda text: None) as signals:
        began = time.monotonic()
        if not (child := os.fork()):
            os._exit(0)
        signals.wait_until(began + 0.3)
        assert time.monotonic() - began >= 0.3
        os.waitpid(child, 0)


#: whether a rollout runs, the signals -> what is reported, whether it is cut
ROLLOUTS: dict[str, tuple[bool, list[int], list[str], bool]] = {
    "no rollout": (False, [signal.SIGINT], [CUT], True),
    "no rollout, SIGTERM": (False, [signal.SIGTERM], [CUT], True),
    "a rollout": (True, [signal.SIGINT], [FINISHING], False),
    "a rollout, SIGTERM": (True, [signal.SIGTERM], [FINISHING_AGAIN], False),
    "a rollout, SIGHUP": (True, [signal.SIGHUP], [FINISHING_AGAIN], False),
    "a rollout, twice": (True, [signal.SIGTERM, signal.SIGINT], [FINISHING_AGAIN, CUT], True),
    "another turn": (True, [signal.SIGUSR1], [], False),
}


@pytest.mark.parametrize(("runs", "numbers", "said", "cut"), ROLLOUTS.values(), ids=ROLLOUTS)
def test_the_first_signal_lets_a_batch_finish(
    runs: bool, numbers: list[int], said: list[str], cut: bool
) -> None:
    told: list[str] = []
    with WatchSignals(told.append) as signals:
        if runs:
            signals.stop.at_once = False
        for number in numbers:
            os.kill(os.getpid(), number)
        assert (told, signals.stop.asked, signals.stop.cut) == (said, bool(said), cut)


def test_programs_do_not_get_its_files() -> None:
    before = open_files()
    with WatchSignals(lambda text: None):
        opened = open_files() - before
        assert len(opened) == 2
        assert not any(map(os.get_inheritable, opened))
        assert not any(map(os.get_blocking, opened))


def test_more_signals_than_are_read_are_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    before = open_files()
    with WatchSignals(lambda text: None) as signals:
        for number in open_files() - before:
            if fcntl.fcntl(number, fcntl.F_GETFL) & os.O_WRONLY:
                with contextlib.suppress(BlockingIOError):
                    while os.write(number, bytes(4096)):
                        pass
        os.kill(os.getpid(), signal.SIGUSR1)
        assert signals.take_request()
    assert capfd.readouterr().err == ""


def open_files() -> set[int]:
    """Return the numbers of this process's open files, without the one of this function."""
    found = [*Path("/proc/self/fd").iterdir()]
    return {int(path.name) for path in found if path.is_symlink()}


def test_it_leaves_nothing() -> None:
    before = [signal.getsignal(number) for number in NUMBERS]
    files = open_files()
    for _ in range(3):
        with WatchSignals(lambda text: None):
            pass
    assert [signal.getsignal(number) for number in NUMBERS] == before
    assert open_files() == files
    assert signal.set_wakeup_fd(-1) == -1
