# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals during a rollout: the message, and the end of running programs."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from vigo_bridge.run import stop as stop_module
from vigo_bridge.run.stop import Stop

pytestmark = pytest.mark.usefixtures("hangups")

AFTER = "Interrupted: finishing the current batch. Press Ctrl-C again to stop immediately."
AFTER_AGAIN = AFTER.replace("Press Ctrl-C again", "Send the signal again")
NOW = "Stopping immediately."
#: signals in turn -> whether it works at once -> what is said -> whether what runs is cut
SIGNALS: list[tuple[list[int], bool, list[str], bool]] = [
    ([signal.SIGINT], False, [AFTER], False),
    ([signal.SIGINT, signal.SIGINT], False, [AFTER, NOW], True),
    ([signal.SIGINT, signal.SIGTERM], False, [AFTER, NOW], True),
    ([signal.SIGINT], True, [NOW], True),
    ([signal.SIGTERM], False, [NOW], True),
    ([signal.SIGHUP], False, [NOW], True),
]


@pytest.fixture
def program() -> Iterator[subprocess.Popen[bytes]]:
    """Yield a program that this process has started."""
    with subprocess.Popen(["sleep", "60"]) as running:
        yield running
        running.kill()


@pytest.mark.parametrize(("numbers", "at_once", "said", "cut"), SIGNALS)
def test_signals(
    numbers: list[int],
    at_once: bool,
    said: list[str],
    cut: bool,
    program: subprocess.Popen[bytes],
) -> None:
    told: list[str] = []
    before = signal.getsignal(signal.SIGINT)
    with Stop(told.append, at_once) as stop:
        assert (stop.asked, stop.cut, stop.number) == (False, False, None)
        for number in numbers:
            os.kill(os.getpid(), number)
        assert told == said
        assert (stop.asked, stop.cut, stop.number) == (True, cut, numbers[0])
        if cut:
            assert program.wait(10) == -signal.SIGINT
        else:
            assert program.poll() is None
    assert signal.getsignal(signal.SIGINT) is before


def test_usually_there_is_something_to_finish() -> None:
    stop = Stop(print)
    assert (stop.at_once, stop.asked, stop.cut) == (False, False, False)


#: signals in turn -> whether there is something to finish -> what is said -> whether it is cut
PATIENT: list[tuple[list[int], bool, list[str], bool]] = [
    ([signal.SIGTERM], True, [AFTER_AGAIN], False),
    ([signal.SIGTERM, signal.SIGTERM], True, [AFTER_AGAIN, NOW], True),
    ([signal.SIGINT, signal.SIGTERM], True, [AFTER, NOW], True),
    ([signal.SIGHUP], True, [NOW], True),
    ([signal.SIGTERM], False, [NOW], True),
]


@pytest.mark.parametrize(("numbers", "busy", "said", "cut"), PATIENT)
def test_a_patient_stop(numbers: list[int], busy: bool, said: list[str], cut: bool) -> None:
    told: list[str] = []
    with Stop(told.append, at_once=True, patient=(signal.SIGINT, signal.SIGTERM)) as stop:
        stop.at_once = not busy
        for number in numbers:
            os.kill(os.getpid(), number)
        assert told == said
        assert (stop.asked, stop.cut) == (True, cut)


def test_a_signal_after_a_cut_kills() -> None:
    shell = ["sh", "-c", "trap '' INT; echo ready; sleep 60"]
    with (
        subprocess.Popen(shell, stdout=subprocess.PIPE) as program,
        Stop(lambda text: None) as stop,
    ):
        assert program.stdout is not None
        program.stdout.readline()
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.cut
        assert program.poll() is None
        os.kill(os.getpid(), signal.SIGTERM)
        assert program.wait(10) == -signal.SIGKILL


def test_a_wait_ends_by_itself_or_with_a_signal() -> None:
    with Stop(lambda text: None) as stop:
        stop.wait(0.05)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        stop.wait(60)
        assert stop.asked


def test_a_wait_after_an_interrupt_ends_with_the_next_one() -> None:
    with Stop(lambda text: None) as stop:
        stop.asked = True
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        stop.wait(60)
        assert stop.cut


#: the seconds of a wait, after how many of them a signal comes -> the pauses
WAITS: list[tuple[float, float | None, list[float]]] = [
    (0.25, None, [0.1, 0.1, 0.05]),
    (0, None, []),
    (0.5, 0.15, [0.1, 0.1]),
]


@pytest.mark.parametrize(("seconds", "signal_after", "expected"), WAITS)
def test_a_wait(
    seconds: float,
    signal_after: float | None,
    expected: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It lasts as long as it is told, but not beyond a signal."""
    stop, pauses = Stop(lambda text: None), []

    def sleep(length: float) -> None:
        pauses.append(round(length, 6))
        if signal_after is not None and sum(pauses) >= signal_after:
            stop.asked = True

    clock = SimpleNamespace(monotonic=lambda: sum(pauses), sleep=sleep)
    monkeypatch.setattr(stop_module, "time", clock)
    stop.wait(seconds)
    assert pauses == expected
