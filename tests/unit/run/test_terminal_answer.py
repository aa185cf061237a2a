# SPDX-License-Identifier: GPL-3.0-or-later
"""What is typed in answer to a question."""

from __future__ import annotations

import os
import pty
import sys
import time
from collections.abc import Iterator

import pytest

from vigo_bridge.run import terminal_answer
from vigo_bridge.run.terminal_answer import TerminalAnswer

#: what is typed in turn -> the answer after each
TYPED: dict[str, tuple[list[bytes], list[bool | None]]] = {
    "yes": ([b"yes\n"], [True]),
    "y": ([b"y\n"], [True]),
    "in capitals": ([b" YES \n"], [True]),
    "no": ([b"n\n"], [False]),
    "Enter": ([b"\n"], [None]),
    "another word, then no": ([b"perhaps\n", b"no\n"], [None, False]),
    "two lines at once": ([b"\nyes\n"], [True]),
    "part of a line": ([b"ye", b"s\n"], [None, True]),
    "nothing": ([b""], [None]),
    "bytes": ([b"\xff\xfe\n", b"y\n"], [None, True]),
}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """Yield both ends of a terminal whose foreground this process counts as."""
    ours, its = pty.openpty()
    monkeypatch.setattr(terminal_answer, "_is_foreground", lambda descriptor: True)
    yield ours, its
    os.close(ours)
    os.close(its)


@pytest.mark.parametrize(("typed", "answers"), TYPED.values(), ids=TYPED)
def test_typed(terminal: tuple[int, int], typed: list[bytes], answers: list[bool | None]) -> None:
    ours, its = terminal
    asked = TerminalAnswer(its)
    found = []
    for text in typed:
        os.write(ours, text)
        found.append(asked.read())
    assert found == answers


def test_what_was_typed_before_the_question_is_no_answer(terminal: tuple[int, int]) -> None:
    ours, its = terminal
    os.write(ours, b"yes\n")
    asked = TerminalAnswer(its)
    assert asked.read() is None
    os.write(ours, b"no\n")
    assert asked.read() is False


def test_after_the_end_of_input_no_answer_can_come(terminal: tuple[int, int]) -> None:
    ours, its = terminal
    asked = TerminalAnswer(its)
    assert asked.is_open
    os.write(ours, b"\x04")
    assert (asked.read(), asked.is_open) == (None, False)


def test_a_terminal_of_others_is_not_read() -> None:
    """This process is not in its foreground: reading would stop it. What is typed stays there."""
    ours, its = pty.openpty()
    os.write(ours, b"yes\n")
    asked = TerminalAnswer(its)
    assert (asked.is_open, asked.read()) == (False, None)
    assert os.read(its, 1024) == b"yes\n"
    os.close(ours)
    os.close(its)


def test_a_terminal_that_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, its = pty.openpty()
    monkeypatch.setattr(terminal_answer, "_is_foreground", lambda descriptor: True)
    asked = TerminalAnswer(its)
    os.close(ours)
    assert (asked.read(), asked.is_open) == (None, False)
    os.close(its)


@pytest.mark.parametrize("typed", ["yes", "no"])
def test_the_terminal_of_the_program(typed: str) -> None:
    """Standard input, in the foreground."""
    child, terminal = os.forkpty()
    if not child:
        code = 3
        try:
            sys.stdin = open(0, closefd=False)  # noqa: SIM115 - pytest has replaced it
            asked = TerminalAnswer()
            os.write(1, b"?" if asked.is_open else b"-")
            while (answer := asked.read()) is None and asked.is_open:
                time.sleep(0.01)
            code = {True: 0, False: 1, None: 2}[answer]
        finally:
            os._exit(code)
    assert os.read(terminal, 1) == b"?"
    os.write(terminal, f"{typed}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os.close(terminal)
    assert code == (0 if typed == "yes" else 1)


def test_no_terminal() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"yes\n")
    asked = TerminalAnswer(reading)
    assert (asked.is_open, asked.read()) == (False, None)
    os.close(reading)
    os.close(writing)
