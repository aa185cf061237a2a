# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout that waits for a confirmation, and those who answer it."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.unit.full_disk import fill_disk
from vigo_bridge.run.confirmation import AnsweredAlready, Confirmations, Question

QUESTION = Question(12, "run", "/srv/shop", 1, 3, ("b", "c"), "2026-01-01T10:00:00+00:00")


def confirming(folder: Path) -> Confirmations:
    """Return the questions of a folder in which nothing is damaged."""
    return Confirmations(folder, pytest.fail)


def test_a_question_and_its_answer(tmp_path: Path) -> None:
    confirmations = confirming(tmp_path / "waiting")
    assert confirmations.waiting() == []
    with confirmations.asked(QUESTION) as answer:
        assert answer() == ""
        assert confirmations.waiting() == [QUESTION]
        confirmations.answer(QUESTION, "continue")
        assert answer() == "continue"
        with pytest.raises(AnsweredAlready, match="continue"):
            confirmations.answer(QUESTION, "abort")
        assert answer() == "continue"
    assert confirmations.waiting() == []
    assert list((tmp_path / "waiting").iterdir()) == []


def test_questions_in_the_order_of_their_rollouts(tmp_path: Path) -> None:
    confirmations = confirming(tmp_path)
    with ExitStack() as stack:
        for number in (7, 100, 3, 12, 1, 45):
            stack.enter_context(confirmations.asked(replace(QUESTION, number=number)))
        found = [question.number for question in confirmations.waiting()]
    assert found == [1, 3, 7, 12, 45, 100]


def test_an_answer_counts_for_one_question(tmp_path: Path) -> None:
    confirmations = confirming(tmp_path)
    confirmations.answer(QUESTION, "abort")
    with confirmations.asked(QUESTION) as answer:
        assert answer() == ""


def test_only_its_owner_may_answer(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with confirming(tmp_path / "waiting").asked(QUESTION):
            confirming(tmp_path / "waiting").answer(QUESTION, "abort")
            modes = [
                path.stat().st_mode & 0o777
                for path in (tmp_path / "waiting", *(tmp_path / "waiting").iterdir())
            ]
    finally:
        os.umask(before)
    assert modes == [0o700, 0o600, 0o600]


def _die_waiting(folder: Path) -> None:
    with confirming(folder).asked(QUESTION):
        os._exit(0)


def test_a_killed_rollout_does_not_wait(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=_die_waiting, args=[tmp_path])
    process.start()
    process.join(60)
    assert (tmp_path / "000012.json").exists()
    assert confirming(tmp_path).waiting() == []
    with confirming(tmp_path).asked(QUESTION):
        assert confirming(tmp_path).waiting() == [QUESTION]


def put(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [put(b""), put(b'"yes"'), put(b"[]"), put(b"7"), put(b"\xff"), Path.mkdir, os.mkfifo],
    ids=["empty", "another word", "a list", "a number", "bytes", "a folder", "a FIFO"],
)
def test_a_damaged_answer_is_none(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    with confirming(tmp_path).asked(QUESTION) as answer:
        path = tmp_path / "000012.answer"
        damage(path)
        assert answer() == ""
        if path.is_dir():
            path.rmdir()


WRITTEN = {**asdict(QUESTION), "hosts": list(QUESTION.hosts)}
#: what is in the file of a question -> whether it is shown
CONTENTS: dict[str, tuple[bytes, bool]] = {
    "a question": (json.dumps(WRITTEN).encode(), True),
    "nothing": (b"", False),
    "half of it": (b"{", False),
    "a list": (b"[]", False),
    **{
        f"another kind of {name}": (json.dumps({**WRITTEN, name: None}).encode(), False)
        for name in WRITTEN
    },
    **{
        f"no {name}": (
            json.dumps({key: value for key, value in WRITTEN.items() if key != name}).encode(),
            False,
        )
        for name in WRITTEN
    },
}


@pytest.mark.parametrize(("content", "is_shown"), CONTENTS.values(), ids=CONTENTS)
def test_a_damaged_question_is_left_out(tmp_path: Path, content: bytes, is_shown: bool) -> None:
    with confirming(tmp_path).asked(QUESTION):
        (tmp_path / "000012.json").write_bytes(content)
        assert confirming(tmp_path).waiting() == ([QUESTION] if is_shown else [])


def test_what_is_not_a_file_is_renamed(tmp_path: Path) -> None:
    warnings: list[str] = []
    path = tmp_path / "000012.json"
    path.mkdir()
    confirmations = Confirmations(tmp_path, warnings.append)
    with confirmations.asked(QUESTION):
        assert confirmations.waiting() == [QUESTION]
    assert warnings == [
        f"{path} is damaged (it is not a regular file); it was renamed to {path}.damaged"
    ]


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file."""
    confirmations = confirming(tmp_path)
    with confirmations.asked(QUESTION) as answer:
        fill_disk(monkeypatch, tmp_path)
        with pytest.raises(OSError, match="No space left") as raised:
            confirmations.answer(QUESTION, "abort")
        assert raised.value.filename == str(tmp_path / "000012.answer")
        assert answer() == ""
