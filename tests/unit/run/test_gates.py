# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands between two batches: their exit and the end of their output are detected."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from pathlib import Path

import pytest

from vigo_bridge.run.gates import run_here
from vigo_bridge.run.stop import Stop

#: command -> what is said of it
COMMANDS = {
    "true": "",
    "echo fine": "",
    "false": "exit code 1",
    "echo no; exit 3": "exit code 3: no",
    "echo no >&2; exit 3": "exit code 3: no",
    "echo no:; exit 3": "exit code 3: no:",
    "echo MIXED; exit 3": "exit code 3: MIXED",
    "kill -KILL $$": "exit code -9",
    "sleep 60 & echo it goes on": "",
    "sleep 60 & false": "exit code 1",
    "printf '\\377'; false": "exit code 1: �",
    'test "$VIGO_BATCH" = 7': "",
    # Ctrl-C on the terminal reaches the session of vigo-bridge.
    "test $(cut -d' ' -f6 /proc/$$/stat) = $$": "",
}


@pytest.mark.parametrize(("command", "said"), COMMANDS.items())
def test_commands(command: str, said: str) -> None:
    assert run_here(command, {"VIGO_BATCH": "7"}) == said


def test_only_the_end_is_shown() -> None:
    said = run_here("seq 100000; false", {})
    assert said.endswith("\n100000")
    assert len(said) == len("exit code 1: ") + 500


def test_it_reads_nothing_of_ours() -> None:
    """What is typed meanwhile may be the answer to another question."""
    ours = os.dup(0)
    reading, writing = os.pipe()
    try:
        os.dup2(reading, 0)
        os.write(writing, b"typed\n")
        assert run_here("cat; exit 3", {}) == "exit code 3"
    finally:
        os.dup2(ours, 0)
        for descriptor in (ours, reading, writing):
            os.close(descriptor)


@pytest.mark.parametrize("letter", ["x", "é", "😀"])
def test_the_end_is_of_whole_characters(letter: str) -> None:
    said = run_here(f"printf '%s' '{letter * 700}'; false", {})
    assert said == f"exit code 1: {letter * 500}"


def test_one_that_does_not_heed_the_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vigo_bridge.run.stop.TIMEOUT", 0.2)
    with Stop(lambda text: None, at_once=True):
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
        # Shells start what is in the background without SIGINT; it would outlast the test.
        said = run_here("trap '' INT TERM; while sleep 1; do :; done", {})
    assert said == "exit code -9"


def test_where_nothing_can_be_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    said = run_here("true", {})
    assert said.startswith(f"cannot be run: {tmp_path}/gone/")
    assert said.endswith(": No such file or directory")
