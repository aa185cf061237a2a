# SPDX-License-Identifier: GPL-3.0-or-later
"""A forked child ends, whatever it does, and its parent gets the result."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.vigo.bridge.plugins.module_utils.host import forked


def _prints() -> None:
    print("out")
    print("err", file=sys.stderr)


def _raises() -> None:
    raise ValueError("wrong")


def _exits() -> None:
    print("before")
    sys.exit(3)


def _exits_with_text() -> None:
    sys.exit("a text")


def _is_killed() -> None:
    print("before", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)


def _ends_at_once() -> None:
    os._exit(5)


def _registers() -> None:
    atexit.register(lambda: print("at the end"))


@pytest.mark.parametrize(
    ("function", "code", "stdout", "stderr"),
    [
        (_prints, 0, "out\n", "err\n"),
        (_raises, 1, "", "ValueError: wrong\n"),
        (_exits, 3, "before\n", ""),
        (_exits_with_text, 1, "", "a text\n"),
        (_is_killed, -signal.SIGKILL, "before\n", ""),
        (_ends_at_once, 5, "", ""),
        (_registers, 0, "at the end\n", ""),
        (lambda: sys.stdout.write(repr(sys.stdin.read())), 0, "''", ""),
        (lambda: sys.stdout.write("x" * 1_000_000), 0, "x" * 1_000_000, ""),
        (lambda: subprocess.run(["echo", "inner"], check=True), 0, "inner\n", ""),
    ],
)
def test_what_it_does_is_seen(
    function: Callable[[], object], code: int, stdout: str, stderr: str
) -> None:
    ended = forked.run(function, 30)
    assert not ended.timed_out
    assert (ended.code, ended.stdout.decode()) == (code, stdout)
    assert ended.stderr.decode().endswith(stderr)


def _hangs() -> None:
    print("before", flush=True)
    subprocess.run(["sleep", "1000"], check=False)


def _ignores_signals() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("before", flush=True)
    time.sleep(1000)


@pytest.mark.parametrize("function", [_hangs, _ignores_signals])
def test_what_takes_too_long_is_ended(function: Callable[[], object]) -> None:
    ended = forked.run(function, 0.5)
    assert ended.timed_out
    assert ended.code < 0
    assert ended.stdout == b"before\n"


def test_its_children_are_ended_with_it(tmp_path: Path) -> None:
    def starts_another() -> None:
        process = subprocess.Popen(["sleep", "1000"])
        (tmp_path / "pid").write_text(str(process.pid))
        process.wait()

    forked.run(starts_another, 1)
    assert not _is_running(int((tmp_path / "pid").read_text()))


def test_a_service_that_it_starts_goes_on(tmp_path: Path) -> None:
    def starts_service() -> None:
        process = subprocess.Popen(["sleep", "1000"], start_new_session=True)
        (tmp_path / "pid").write_text(str(process.pid))

    ended = forked.run(starts_service, 30)
    service = int((tmp_path / "pid").read_text())
    assert (ended.code, ended.timed_out) == (0, False)
    assert _is_running(service)
    os.kill(service, signal.SIGKILL)


def test_it_has_none_of_our_files(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        number = lock.fileno()

        def tries() -> None:
            try:
                os.fstat(number)
                print("open")
            except OSError:
                print("closed")

        assert forked.run(tries, 30).stdout == b"closed\n"
        os.fstat(number)


def test_what_it_changes_stays_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGO_BRIDGE_TEST", "before")

    def changes() -> None:
        os.environ["VIGO_BRIDGE_TEST"] = "after"
        sys.path.insert(0, "/no-such-folder")

    forked.run(changes, 30)
    assert os.environ["VIGO_BRIDGE_TEST"] == "before"
    assert "/no-such-folder" not in sys.path


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
